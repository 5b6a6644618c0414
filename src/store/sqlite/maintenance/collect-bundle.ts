/** Reads a run with its children, and everything that belongs to them, from the database. */
import type { ApprovalRecord } from '../../approval-record.ts'
import { type BundledRun, findBlobHashes, type RunBundle, type TakenMessage } from '../../run-bundle.ts'
import { type StoredMaking, toBundledEvent, toMade } from '../../sql/bundle-columns.ts'
import { toDefinition, toMessage } from '../../sql/decode-content.ts'
import { LAST_SEQ, toJournalKey } from '../../sql/journal-key.ts'
import { toJournalRow, toRunRecord } from '../../sql/run-record.ts'
import type { RunRow } from '../../sql/run-row.ts'
import type { Definition, InboxMessage, TimerRecord } from '../../store.ts'
import type { Connection } from '../connection.ts'
import type { MaintainedStore } from './maintained-store.ts'

/** Returns undefined when the run is missing. */
export const collectBundle = (store: MaintainedStore, id: string): RunBundle | undefined => {
  const root = store.statements.readRun.get(id)
  if (root === undefined) return undefined
  const statements = prepareCollect(store.connection)
  const rows = [root]
  for (const row of rows)
    for (const child of statements.listChildren.all(row.key)) {
      const found = store.statements.readRun.get(child)
      if (found) rows.push(found)
    }
  const runs = rows.map((row) => bundleRun(store, { row, statements }))
  return { definitions: collectDefinitions(store, rows), blobs: collectBlobs(store, runs), runs }
}

type CollectStatements = ReturnType<typeof prepareCollect>

const bundleRun = (
  { statements: { readRows }, parts, unpack }: MaintainedStore,
  { row, statements }: { row: RunRow; statements: CollectStatements },
): BundledRun => {
  const { holder, epoch, ...run } = toRunRecord(row, unpack)
  const made = statements.readMade.get(row.key)
  return {
    run: { ...run, ...toMade(made, { workflow: run.workflow, taken: statements.listTaken.all(row.key) }) },
    rows: readRows
      .all(toJournalKey(row.key, 1), toJournalKey(row.key, LAST_SEQ))
      .map((found) => toJournalRow(found, { runId: row.id, unpack })),
    timers: statements.listTimers.all(row.key),
    messages: statements.listMessages.all(row.key).map((message) => toMessage(message, unpack)),
    approvals: parts()
      .approvals.list({ run: row.id })
      .map(({ runId, workflow, ...approval }): ApprovalRecord => approval),
    events: parts().outbox.list({ run: row.id }).map(toBundledEvent),
  }
}

const collectDefinitions = ({ statements }: MaintainedStore, rows: readonly RunRow[]): Definition[] =>
  [...new Set(rows.map(({ hash }) => hash))].flatMap((hash) => {
    const found = statements.readDefinition.get(hash)
    return found === undefined ? [] : [toDefinition(found)]
  })

/** The blobs that values refer to. Large texts are part of their rows. */
const collectBlobs = ({ statements }: MaintainedStore, runs: readonly BundledRun[]): RunBundle['blobs'] =>
  [...new Set(runs.flatMap((run) => findBlobHashes(JSON.stringify(run))))].flatMap((hash) => {
    const bytes = statements.readBlob.get(hash)
    return bytes === undefined ? [] : [{ hash, bytes }]
  })

const prepareCollect = (db: Connection) => ({
  listChildren: db.prepare<[parent: number], string>('select id from run where parent = ? order by key').pluck(),
  readMade: db.prepare<[key: number], StoredMaking>(
    'select body_hash, flow_key, concurrency, rank, rate_count, rate_window_ms, expires_at from run where key = ?',
  ),
  listTimers: db.prepare<[run: number], TimerRecord>(
    'select id, due_at as "dueAt" from timer where run = ? order by due_at, id',
  ),
  listTaken: db.prepare<[run: number], TakenMessage>(
    'select id, kind from inbox where run = ? and taken = 1 order by key',
  ),
  listMessages: db.prepare<[run: number], Omit<InboxMessage, 'body'> & { body: string }>(
    'select id, kind, body from inbox where run = ? and taken = 0 order by key',
  ),
})
