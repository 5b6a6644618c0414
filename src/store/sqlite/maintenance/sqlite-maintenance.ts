/** Maintenance of a SQLite store over the connection of the running store. Loaded on first use. */

import type { StoreMaintenance } from '../../maintenance.ts'
import { decodeBundle, encodeBundle } from '../../run-bundle.ts'
import { packBundle } from '../../sql/bundle-columns.ts'
import { backupDatabase } from './backup-database.ts'
import { checkContent } from './check-content.ts'
import { collectBundle } from './collect-bundle.ts'
import type { MaintainedStore } from './maintained-store.ts'
import { readStats } from './read-stats.ts'
import { importBundle } from './run-import.ts'
import { sweepBlobs } from './sweep-blobs.ts'
import { sweepRuns } from './sweep-runs.ts'
import { vacuumDatabase } from './vacuum-database.ts'

export const createMaintenance = (store: MaintainedStore): StoreMaintenance => ({
  stats: () => store.queue.read(() => readStats(store.connection)),
  vacuum: (options) => vacuumDatabase(store, options),
  backup: (path) => backupDatabase(store, path),
  check: () => store.queue.read(() => checkContent(store)),
  listDefinitions: () =>
    store.queue.read(() => store.connection.prepare<[], string>('select hash from definition').pluck().all()),
  async sweep(rule) {
    const { at, isDryRun = false, signal } = rule
    const { gone, ...swept } = await sweepRuns(store, rule)
    const blobs =
      swept.runs === 0 ? { blobs: 0, blobBytes: 0 } : await sweepBlobs(store, { at, gone, isDryRun, signal })
    return { ...swept, ...blobs }
  },
  exportRun: (id) =>
    store.queue.read(() => {
      const bundle = collectBundle(store, id)
      return bundle && encodeBundle(bundle)
    }),
  async importRun(text, { judge, goesOn = false } = {}) {
    const bundle = decodeBundle(text)
    await judge?.(bundle)
    const packed = packBundle(bundle)
    return store.queue.change(() => importBundle(store, packed, { goesOn }))
  },
})
