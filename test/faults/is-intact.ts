import Database from 'better-sqlite3'

/** Whether SQLite finds nothing wrong in the file. */
export const isIntact = (path: string): boolean => {
  const connection = new Database(path, { readonly: true })
  try {
    return connection.pragma('integrity_check', { simple: true }) === 'ok'
  } finally {
    connection.close()
  }
}
