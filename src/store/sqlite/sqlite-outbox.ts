/** Emitted events in SQL, in the order in which the runs emitted them. */

import type { CloudEventFilter, CloudEventRecord, StoredCloudEvent } from '../cloud-event-record.ts'
import { type Decoding, decodeRows } from '../sql/damaged-rows.ts'
import { type PackedEvent, type StoredEvent, toCloudEvent } from '../sql/event-columns.ts'
import type { Connection } from './connection.ts'

export class SqliteOutbox {
  readonly #statements: ReturnType<typeof prepareOutbox>
  readonly #decoding: Decoding

  constructor(connection: Connection, decoding: Decoding) {
    this.#statements = prepareOutbox(connection)
    this.#decoding = decoding
  }

  add(run: number, { event, text, deliveredAt }: PackedEvent): void {
    const { id, type, source, at, subject = null } = event
    this.#statements.add.run({ run, id, type, source, at, text, subject, deliveredAt: deliveredAt ?? null })
  }

  list({ type, run, workflow, ...bounds }: CloudEventFilter): StoredCloudEvent[] {
    const named = { run: run ?? null, type: type ?? null, workflow: workflow ?? null }
    const { since = 0, until = Number.MAX_SAFE_INTEGER, after = 0, limit = -1 } = bounds
    const statement = run === undefined ? this.#statements.list : this.#statements.listOfRun
    const found = statement.all({ ...named, since, until, after, limit })
    return decodeRows(found, {
      decode: (row) => toCloudEvent(row, this.#decoding.unpack),
      onDamaged: this.#decoding.onDamaged,
    })
  }
}

interface Query {
  run: string | null
  type: string | null
  workflow: string | null
  since: number
  until: number
  after: number
  limit: number
}

export const SELECT_EVENTS = `select outbox.id, type, source, at, data, subject, run.id as "runId", delivered_at as "deliveredAt", outbox.key as "order" from outbox
  join run on run.key = outbox.run`

const SELECT = `${SELECT_EVENTS} where at >= @since and at < @until and (@type is null or type = @type) and (@workflow is null or run.workflow = @workflow)
  and outbox.key > @after`

const prepareOutbox = (db: Connection) => ({
  add: db.prepare<
    [
      Omit<CloudEventRecord, 'data' | 'subject'> & {
        run: number
        text: string
        subject: string | null
        deliveredAt: number | null
      },
    ]
  >(
    `insert into outbox (run, id, type, source, at, data, subject, delivered_at)
     values (@run, @id, @type, @source, @at, @text, @subject, @deliveredAt) on conflict (id) do nothing`,
  ),
  list: db.prepare<[Query], StoredEvent>(`${SELECT} and @run is null order by outbox.key limit @limit`),
  listOfRun: db.prepare<[Query], StoredEvent>(
    `${SELECT} and outbox.run = (select key from run where id = @run) order by outbox.key limit @limit`,
  ),
})
