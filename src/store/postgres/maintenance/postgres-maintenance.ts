/** Maintenance of a Postgres store over the connections of the running store. Loaded on first use. */
import type { StoreMaintenance } from '../../maintenance.ts'
import { decodeBundle, encodeBundle } from '../../run-bundle.ts'
import { packBundle } from '../../sql/bundle-columns.ts'
import { StoreError } from '../../store-error.ts'
import { sql } from '../session.ts'
import type { StoreConnections } from '../store-connections.ts'
import { checkContent } from './check-content.ts'
import { checkRows } from './check-rows.ts'
import { collectBundle } from './collect-bundle.ts'
import { readStats } from './read-stats.ts'
import { importBundle } from './run-import.ts'
import { sweepBlobs } from './sweep-blobs.ts'
import { sweepRuns } from './sweep-runs.ts'

const LIST_DEFINITIONS = sql<{ hash: string }>('select hash from definition')

export const createMaintenance = (db: StoreConnections): StoreMaintenance => ({
  stats: () => db.read(readStats),
  /** The database does so by itself: autovacuum makes the space free for new rows. */
  vacuum: async () => ({ freedBytes: 0 }),
  async backup() {
    throw new StoreError(
      'unreadable',
      `a Postgres database is copied by pg_dump, and not by troupe: '${db.location}'`,
      {
        hint: `pg_dump --format=custom --file=FILE ${db.location}`,
      },
    )
  },
  check: async () => [...(await db.read(checkContent)), ...(await checkRows(db))],
  listDefinitions: () => db.read(async (session) => (await session.all(LIST_DEFINITIONS)).map(({ hash }) => hash)),
  async sweep(rule) {
    const { at, isDryRun = false, signal } = rule
    const { gone, ...swept } = await sweepRuns(db, rule)
    const blobs = swept.runs === 0 ? { blobs: 0, blobBytes: 0 } : await sweepBlobs(db, { at, gone, isDryRun, signal })
    return { ...swept, ...blobs }
  },
  exportRun: (id) =>
    db.read(async (session) => {
      const bundle = await collectBundle(db, { session, id })
      return bundle && encodeBundle(bundle)
    }),
  async importRun(text, { judge, goesOn = false } = {}) {
    const bundle = decodeBundle(text)
    await judge?.(bundle)
    const packed = packBundle(bundle)
    return db.transact((session) => importBundle(session, packed, { goesOn }))
  },
})
