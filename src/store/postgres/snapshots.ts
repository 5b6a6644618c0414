/** Snapshots of runs in SQL. */
import type { Claim } from '../run-store.ts'
import type { SnapshotPart, SnapshotStore } from '../snapshot-store.ts'
import { findWhole, SNAPSHOT_COLUMNS, selectParts } from '../sql/snapshot-columns.ts'
import { sql } from './session.ts'
import type { StoreConnections } from './store-connections.ts'

export class PostgresSnapshots implements SnapshotStore {
  readonly #db: StoreConnections

  constructor(db: StoreConnections) {
    this.#db = db
  }

  putPart({ runKey, epoch }: Claim, { seq, part, parts, format, bytes }: SnapshotPart): Promise<boolean> {
    const values = [seq, part, parts, format, bytes, runKey, epoch]
    return this.#db.change({ query: SNAPSHOT.put, values, toResult: (rows) => rows.length === 1 })
  }

  drop({ runKey }: Pick<Claim, 'runKey'>, { except = 0 }: { except?: number } = {}): Promise<void> {
    return this.#db.change({ query: SNAPSHOT.drop, values: [runKey, except], toResult: () => undefined })
  }

  read(runId: string): Promise<SnapshotPart[]> {
    return this.#db.read(async (session) => findWhole(await session.all(SNAPSHOT.read, [runId])))
  }
}

const SNAPSHOT = {
  put: sql(
    `insert into snapshot (${SNAPSHOT_COLUMNS}) select key, $1::int, $2::int, $3::int, $4::text, $5::bytea from run
     where key = $6::int and epoch = $7::int and status = 0
     on conflict (run, seq, part) do update set parts = excluded.parts, format = excluded.format, bytes = excluded.bytes
     returning 1`,
  ),
  drop: sql('delete from snapshot where run = $1::int and seq <> $2::int'),
  read: sql<SnapshotPart>(selectParts('$1::text')),
} as const
