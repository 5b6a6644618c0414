/** Snapshots of runs in SQL. Their statements are prepared when one is first needed: few runs have one. */
import type { Claim } from '../run-store.ts'
import type { SnapshotPart, SnapshotStore } from '../snapshot-store.ts'
import { findWhole, SNAPSHOT_COLUMNS, selectParts } from '../sql/snapshot-columns.ts'
import type { Connection } from './connection.ts'
import type { StoreQueue } from './store-queue.ts'

export class SqliteSnapshots implements SnapshotStore {
  readonly #connection: Connection
  readonly #queue: StoreQueue
  #prepared: ReturnType<typeof prepareSnapshots> | undefined

  constructor(queue: StoreQueue, connection: Connection) {
    this.#queue = queue
    this.#connection = connection
  }

  get #statements(): ReturnType<typeof prepareSnapshots> {
    this.#prepared ??= prepareSnapshots(this.#connection)
    return this.#prepared
  }

  putPart({ runKey, epoch }: Claim, { seq, part, parts, format, bytes }: SnapshotPart): Promise<boolean> {
    return this.#queue.change(
      () => this.#statements.put.run(seq, part, parts, format, bytes, runKey, epoch).changes === 1,
    )
  }

  drop({ runKey }: Pick<Claim, 'runKey'>, { except = 0 }: { except?: number } = {}): Promise<void> {
    return this.#queue.change(() => {
      this.#statements.drop.run(runKey, except)
    })
  }

  read(runId: string): Promise<SnapshotPart[]> {
    return this.#queue.read(() => findWhole(this.#statements.read.all(runId)))
  }
}

const prepareSnapshots = (db: Connection) => ({
  put: db.prepare<
    [seq: number, part: number, parts: number, format: string, bytes: Uint8Array, run: number, epoch: number]
  >(
    `insert into snapshot (${SNAPSHOT_COLUMNS}) select key, ?, ?, ?, ?, ? from run
     where key = ? and epoch = ? and status = 0
     on conflict (run, seq, part) do update set parts = excluded.parts, format = excluded.format, bytes = excluded.bytes`,
  ),
  drop: db.prepare<[run: number, except: number]>('delete from snapshot where run = ? and seq <> ?'),
  read: db.prepare<[id: string], SnapshotPart>(selectParts('?')),
})
