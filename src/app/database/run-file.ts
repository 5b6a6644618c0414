/** Writes bundles of runs to files and streams, and reads them back. */
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type ExportReport, exportBundles, importBundles } from '../../service/database/run-bundles.ts'
import type { ImportResult } from '../../store/maintenance.ts'
import { PRIVATE_MODE } from '../../store/private-mode.ts'
import type { Store } from '../../store/store.ts'
import { isStoreError, StoreError } from '../../store/store-error.ts'
import { createCatalogue } from '../catalogue.ts'

/** Writes runs to a new file, which appears when it is whole. @throws StoreError `conflict`, `unreadable`, `disk_full` */
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
    // A file that is left from a killed export has a mode of its own.
    rmSync(partial, { force: true })
    const report = await exportToStream(store, { ids, stream: createWriteStream(partial, { mode: PRIVATE_MODE }) })
    renameSync(partial, file)
    return report
  } catch (cause) {
    rmSync(partial, { force: true })
    throw isStoreError(cause) ? cause : toWriteError(cause, file)
  }
}

interface StreamExport {
  ids: readonly string[]
  stream: Writable
  /** Writes the JSON of a run in another form of the same value. */
  rewrite?: (json: string) => string
}

export const exportToStream = async (
  store: Store,
  { ids, stream, rewrite = (json) => json }: StreamExport,
): Promise<ExportReport> => {
  const report: ExportReport = { runs: 0, bytes: 0 }
  const bundles = exportBundles(store, { ids, report })
  await pipeline(rewritten(bundles, rewrite), stream, { end: stream !== process.stdout })
  return report
}

async function* rewritten(bundles: AsyncIterable<string>, rewrite: (json: string) => string): AsyncGenerator<string> {
  for await (const bundle of bundles) yield rewrite(bundle)
}

/** @throws StoreError `unreadable`, `corrupt` with the line where the bundle begins; the bundles before it are imported */
export const importFromFile = (store: Store, file: string): Promise<ImportResult> => {
  if (existsSync(file)) return importFromStream(store, { stream: createReadStream(file), name: file })
  throw new StoreError('unreadable', `file '${file}' does not exist`, {
    hint: 'name a file that troupe db export has written',
  })
}

export const importFromStream = (
  store: Store,
  { stream, name }: { stream: Readable; name: string },
): Promise<ImportResult> =>
  importBundles(store, { lines: createInterface({ input: stream }), name, catalogue: createCatalogue() })

const toWriteError = (cause: unknown, file: string): StoreError => {
  const { code, message } = cause as NodeJS.ErrnoException
  return new StoreError(code === 'ENOSPC' ? 'disk_full' : 'unreadable', `'${file}' can't be written: ${message}`, {
    hint:
      code === 'ENOSPC' ? 'free some disk space' : 'check that its folder exists and that this user may write to it',
    cause,
  })
}
