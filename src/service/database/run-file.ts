/** Runs in a file: bundles of the store, one after the other. */
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ImportResult } from '../../store/maintenance.ts'
import type { Store } from '../../store/store.ts'
import { isStoreError, StoreError } from '../../store/store-error.ts'

export interface ExportReport {
  /** Without child runs: they belong to theirs. */
  runs: number
  bytes: number
}

/** Writes runs into a new file, which is there when it is whole. @throws StoreError `conflict`, `unreadable`, `disk_full` */
export const exportToFile = async (
  store: Store,
  { ids, file, replaces = false }: { ids: readonly string[]; file: string; replaces?: boolean },
): Promise<ExportReport> => {
  if (existsSync(file) && !replaces)
    throw new StoreError('conflict', `file '${file}' exists already: expected a new one for the runs`, {
      hint: 'name another file; with --force this one is replaced',
    })
  const partial = `${file}.partial`
  try {
    const report = await exportToStream(store, { ids, stream: createWriteStream(partial, { mode: 0o600 }) })
    renameSync(partial, file)
    return report
  } catch (cause) {
    rmSync(partial, { force: true })
    throw isStoreError(cause) ? cause : toWriteError(cause, file)
  }
}

export const exportToStream = async (
  store: Store,
  { ids, stream }: { ids: readonly string[]; stream: Writable },
): Promise<ExportReport> => {
  const maintenance = await store.maintenance()
  const report: ExportReport = { runs: 0, bytes: 0 }
  const bundles = async function* (): AsyncGenerator<string> {
    for (const id of ids) {
      const text = await maintenance.exportRun(id)
      // Retention may have been faster.
      if (text === undefined) continue
      report.runs += 1
      report.bytes += Buffer.byteLength(text)
      yield text
    }
  }
  await pipeline(bundles, stream, { end: stream !== process.stdout })
  return report
}

/** @throws StoreError `unreadable`, `corrupt` with the line where the bundle begins; those before it are taken in */
export const importFromFile = (store: Store, file: string): Promise<ImportResult> => {
  if (existsSync(file)) return importFromStream(store, { stream: createReadStream(file), name: file })
  throw new StoreError('unreadable', `file '${file}' does not exist`, {
    hint: 'name a file that troupe db export has written',
  })
}

/** What each bundle begins with. */
const HEADER = /^\s*\{\s*"troupe"\s*:/

export const importFromStream = async (
  store: Store,
  { stream, name }: { stream: Readable; name: string },
): Promise<ImportResult> => {
  const result: ImportResult = { imported: [], existing: [] }
  const maintenance = await store.maintenance()
  let lines: string[] = []
  let place = 0
  const take = async (): Promise<void> => {
    const { imported, existing } = await maintenance
      .importRun(lines.join('\n'))
      .catch((error) => Promise.reject(locate(error, { name, line: place - lines.length + 1 })))
    result.imported.push(...imported)
    result.existing.push(...existing)
    lines = []
  }
  for await (const line of createInterface({ input: stream })) {
    if (HEADER.test(line) && lines.length > 0) await take()
    lines.push(line)
    place += 1
  }
  await take()
  return result
}

const locate = (error: unknown, { name, line }: { name: string; line: number }): unknown => {
  if (!isStoreError(error) || error.code !== 'corrupt') return error
  const { message, hint, cause } = error
  const where = line === 1 ? name : `${name}, the run that begins at line ${line}`
  return new StoreError('corrupt', `${where}: ${message}`, { ...(hint === undefined ? {} : { hint }), cause })
}

const toWriteError = (cause: unknown, file: string): StoreError => {
  const { code, message } = cause as NodeJS.ErrnoException
  return new StoreError(code === 'ENOSPC' ? 'disk_full' : 'unreadable', `'${file}' can't be written: ${message}`, {
    hint:
      code === 'ENOSPC' ? 'free some disk space' : 'check that its folder exists and that this user may write to it',
    cause,
  })
}
