import Database from 'better-sqlite3'

/** True if SQLite finds no problem in the file. */
export const isIntact = (path: string): boolean => {
  const connection = new Database(path, { readonly: true })
  try {
    return connection.pragma('integrity_check', { simple: true }) === 'ok'
  } finally {
    connection.close()
  }
}
