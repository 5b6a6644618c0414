/** Reads a run with its children, and everything that belongs to them, from the database. */
import { type BundledRun, findBlobHashes, type RunBundle, type TakenMessage } from '../../run-bundle.ts'
import { type StoredApproval, toOpenApproval } from '../../sql/approval-columns.ts'
import { type StoredMaking, toBundledEvent, toMade } from '../../sql/bundle-columns.ts'
import { toCloudEvent } from '../../sql/event-columns.ts'
import { LAST_SEQ } from '../../sql/journal-key.ts'
import { toJournalRow, toRunRecord } from '../../sql/run-record.ts'
import type { RunRow } from '../../sql/run-row.ts'
import type { InboxMessage, TimerRecord } from '../../store.ts'
import { APPROVAL, OUTBOX } from '../record-statements.ts'
import { one, type Session, sql } from '../session.ts'
import { CONTENT, RUN } from '../statements.ts'
import type { StoreConnections } from '../store-connections.ts'

/** Returns undefined when the run is missing. */
export const collectBundle = async (
  db: StoreConnections,
  { session, id }: { session: Session; id: string },
): Promise<RunBundle | undefined> => {
  const root = await one(session, RUN.read, [id])
  if (root === undefined) return undefined
  const rows = [root]
  for (const row of rows)
    for (const child of await session.all(SQL.children, [row.key])) {
      const found = await one(session, RUN.read, [child.id])
      if (found) rows.push(found)
    }
  const runs: BundledRun[] = []
  for (const row of rows) runs.push(await bundleRun(db, { session, row }))
  const hashes = [...new Set(runs.flatMap((run) => findBlobHashes(JSON.stringify(run))))]
  const blobs = await session.all(CONTENT.readBlobs, [hashes])
  return { definitions: await collectDefinitions(session, rows), blobs, runs }
}

const bundleRun = async (
  db: StoreConnections,
  { session, row }: { session: Session; row: RunRow },
): Promise<BundledRun> => {
  const rows = await session.all(RUN.readRows, [row.id, 1, LAST_SEQ])
  const messages = await session.all(SQL.messages, [row.key])
  const approvals: StoredApproval[] = await session.all(APPROVAL.list, [row.id, null, null])
  const events = await session.all(OUTBOX.listOfRun, [0, Number.MAX_SAFE_INTEGER, null, row.id, null, null, 0])
  const unpack = await db.unpacker(
    [
      ...[row.output, row.error, ...rows.map(({ data }) => data), ...messages.map(({ body }) => body)],
      ...approvals.flatMap(({ show, form, decisions }) => [show, form, decisions]),
      ...events.map(({ data }) => data),
    ],
    session,
  )
  const { holder, epoch, ...run } = toRunRecord(row, unpack)
  const [made, taken] = [await one(session, SQL.made, [row.key]), await session.all(SQL.taken, [row.key])]
  return {
    run: { ...run, ...toMade(made, { workflow: run.workflow, taken }) },
    rows: rows.map((found) => toJournalRow(found, { runId: row.id, unpack })),
    timers: await session.all(SQL.timers, [row.key]),
    messages: messages.map(({ body, ...rest }) => ({ ...rest, body: unpack(body) })),
    approvals: approvals.map((stored) => {
      const { runId, workflow, ...approval } = toOpenApproval(stored, unpack)
      return approval
    }),
    events: events.map((stored) => toBundledEvent(toCloudEvent(stored, unpack))),
  }
}

const collectDefinitions = async (session: Session, rows: readonly RunRow[]): Promise<RunBundle['definitions']> => {
  const definitions: RunBundle['definitions'] = []
  for (const hash of new Set(rows.map((row) => row.hash))) {
    const found = await one(session, CONTENT.readDefinition, [hash])
    if (found !== undefined) definitions.push({ ...found, links: JSON.parse(found.links) })
  }
  return definitions
}

const SQL = {
  children: sql<{ id: string }>('select id from run where parent = $1 order by key'),
  made: sql<StoredMaking>(
    'select body_hash, flow_key, concurrency, rank, rate_count, rate_window_ms, expires_at from run where key = $1',
  ),
  timers: sql<TimerRecord>('select id, due_at as "dueAt" from timer where run = $1 order by due_at, id collate "C"'),
  taken: sql<TakenMessage>('select id, kind from inbox where run = $1 and taken = 1 order by key'),
  messages: sql<Omit<InboxMessage, 'body'> & { body: string }>(
    'select id, kind, body from inbox where run = $1 and taken = 0 order by key',
  ),
} as const
