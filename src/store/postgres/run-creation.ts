/**
 * Adds new runs.
 *
 * 1. A run is refused before anything of it is written.
 * 2. Most runs take one statement. Its refusal, and a flow that needs a look at others, take a transaction.
 */
import type { SubmitOptions, SubmitResult } from '../queue-store.ts'
import { createLeaveMessage, enterFlow, needsOthers, waitsInAnyCase } from '../rules/flow.ts'
import { idConflict, judgeKey, unsavedDefinition } from '../rules/new-run.ts'
import type { CreateResult, NewRun, Owner, RefusedRun, RunRecord } from '../run-store.ts'
import { toKindCode, toPhaseCode } from '../sql/codes.ts'
import {
  AT_ONCE,
  ENTERED,
  type Entry,
  type FoundByKey,
  type PackedRun,
  toInserted,
  toMember,
} from '../sql/new-run-columns.ts'
import { toHolderText } from '../sql/run-record.ts'
import type { InsertedRun, RunRow } from '../sql/run-row.ts'
import { FlowGate } from './flow-gate.ts'
import { one, type Session, type Value } from './session.ts'
import { CONTENT, INBOX, INSERT_RUN, RUN } from './statements.ts'

/** True when one statement enters the run, unless its id or key is taken. */
export const isSubmittedAtOnce = (run: NewRun): boolean => run.flow === undefined || waitsInAnyCase(run)

export const isCreatedAtOnce = ({ flow }: NewRun): boolean => flow === undefined

/** Values of INSERT_RUN for a queued run. */
export const toQueuedValues = (packed: PackedRun): Value[] => toValues(packed, toInserted(packed.run))

/** Values of INSERT_RUN for a run that `owner` holds. */
export const toHeldValues = (packed: PackedRun, owner: Owner): Value[] =>
  toValues(packed, {
    ...toInserted(packed.run),
    holder: toHolderText(owner),
    epoch: 1,
    phase: toPhaseCode('active'),
    isAdmitted: packed.run.flow === undefined ? 0 : 1,
  })

const toValues = ({ run, rows, large }: PackedRun, columns: InsertedRun): Value[] => [
  ...[
    columns.id,
    columns.workflow,
    columns.definition,
    columns.phase,
    columns.createdAt,
    columns.epoch,
    columns.holder,
  ],
  ...[
    columns.parent,
    columns.origin,
    columns.key,
    columns.bodyHash,
    columns.flow_key,
    columns.concurrency,
    columns.rank,
  ],
  ...[columns.rate_count, columns.rate_window_ms, columns.isAdmitted, columns.begunAt, columns.expireMs],
  rows.map(({ row }) => row.seq),
  rows.map(({ row }) => row.at),
  rows.map(({ row }) => toKindCode(row.kind)),
  rows.map(({ row }) => row.path),
  rows.map(({ row }) => row.visit),
  rows.map(({ text }) => text),
  (run.timers ?? []).map(({ id }) => id),
  (run.timers ?? []).map(({ dueAt }) => dueAt),
  large.map(({ hash }) => hash),
  large.map(({ bytes }) => bytes),
  columns.needs,
]

export interface Creation {
  session: Session
  toRecord(row: RunRow): Promise<RunRecord>
  /** An earlier try may have added the run. */
  isRepeated: boolean
}

export const createRun = async (packed: PackedRun, owner: Owner, creation: Creation): Promise<CreateResult> => {
  const { run } = packed
  const { session } = creation
  const earlier = await findEarlier(run, creation)
  if (earlier?.record.holder?.id === owner.id)
    return { kind: 'created', claim: { runId: run.id, runKey: earlier.runKey, epoch: 1, ownerId: owner.id } }
  const known = await findKnown(run, creation)
  if (known !== undefined && known.kind !== 'over') return known
  const entry = await enter(run, session)
  if (entry.kind === 'refused') return entry
  if (entry.isFree) {
    const runKey = await insert(run, toHeldValues(packed, owner), session)
    return { kind: 'created', claim: { runId: run.id, runKey, epoch: 1, ownerId: owner.id } }
  }
  await insertQueued(packed, entry, session)
  return { kind: 'queued', run: await readRecord(run.id, creation), ahead: entry.ahead, retryAt: entry.retryAt }
}

export const submitRun = async (
  packed: PackedRun,
  options: SubmitOptions | undefined,
  creation: Creation,
): Promise<SubmitResult> => {
  const { run } = packed
  const { session } = creation
  const earlier = await findEarlier(run, creation)
  if (earlier !== undefined) return { kind: 'created', run: earlier.record }
  const known = await findKnown(run, creation, options)
  if (known !== undefined && known.kind !== 'over') return known
  const entry = waitsInAnyCase(run) ? AT_ONCE : await enter(run, session)
  if (entry.kind === 'refused') return entry
  if (known === undefined) await insertQueued(packed, entry, session)
  else await insertAgain(packed, { entry, replaced: known, session })
  return { kind: 'created', run: await readRecord(run.id, creation) }
}

/** Adds a run without a holder, whatever its flow says; returns its key. */
export const insertRun = (packed: PackedRun, session: Session): Promise<number> =>
  insert(packed.run, toQueuedValues(packed), session)

/** The run itself, if an earlier try has added it: ids are random. */
const findEarlier = async (
  { id }: NewRun,
  { session, toRecord, isRepeated }: Creation,
): Promise<{ runKey: number; record: RunRecord } | undefined> => {
  const row = isRepeated ? await one(session, RUN.read, [id]) : undefined
  return row && { runKey: row.key, record: await toRecord(row) }
}

const findKnown = async (
  run: NewRun,
  { session, toRecord }: Creation,
  options?: SubmitOptions,
): Promise<FoundByKey | undefined> => {
  if (run.key === undefined) return undefined
  // Another server may be replacing the run: then its successor has the key.
  for (let isLocked = false; ; isLocked = true) {
    const row = await one(session, RUN.readByKey, [run.workflow, run.key])
    if (row === undefined) return undefined
    const found = await toRecord(row)
    const kind = judgeKey({ status: found.status, bodyHash: row.body_hash }, run, options)
    if (kind !== 'over') return { kind, run: found }
    if (isLocked) return { kind, id: found.id, runKey: row.key }
    await session.all(RUN.lockByKey, [run.workflow, run.key])
  }
}

/** Asks the flow of the run, and writes nothing. */
const enter = async ({ workflow, flow }: NewRun, session: Session): Promise<Entry | RefusedRun> => {
  if (flow === undefined) return AT_ONCE
  const gate = new FlowGate(session)
  const member = toMember(workflow, flow)
  await gate.lock(member.flow_key)
  const verdict = await gate.judge(member)
  if (!needsOthers(flow, verdict)) return { ...verdict, ...ENTERED }
  const queued = (await gate.listQueued(member.flow_key)).sort((first, second) => first.key - second.key)
  const entry = enterFlow(flow, { ...(await gate.read(member)), queued: queued.map(({ id }) => id) })
  if (entry.kind === 'refused') return entry
  return { ...verdict, ...entry, ahead: entry.why === 'replaced' ? 0 : verdict.ahead - entry.leaving.length }
}

interface Replacement {
  entry: Entry
  replaced: Extract<FoundByKey, { kind: 'over' }>
  session: Session
}

/** Passes the key on only when the run is there: an insertion that refuses has written nothing. */
const insertAgain = async ({ run, ...packed }: PackedRun, { entry, replaced, session }: Replacement): Promise<void> => {
  const { key = null, ...keyless } = run
  const origin = { kind: 'again', of: replaced.id } as const
  const runKey = await insertQueued({ ...packed, run: { ...keyless, origin } }, entry, session)
  await session.all(RUN.releaseKey, [run.id, replaced.runKey])
  await session.all(RUN.takeKey, [key, runKey])
}

const insertQueued = async (packed: PackedRun, { leaving, why }: Entry, session: Session): Promise<number> => {
  const runKey = await insertRun(packed, session)
  const { id, kind, body } = createLeaveMessage(why, packed.run.id)
  for (const runId of leaving) await session.all(INBOX.ask, [id, kind, JSON.stringify(body), runId])
  return runKey
}

const insert = async (run: NewRun, values: readonly Value[], session: Session): Promise<number> => {
  const inserted = await one(session, INSERT_RUN, values)
  if (inserted === undefined) throw await explainRefusal(run, session)
  return inserted.key
}

const explainRefusal = async ({ id, definition }: NewRun, session: Session): Promise<Error> =>
  (await one(session, CONTENT.hasDefinitions, [[definition]])) === undefined
    ? unsavedDefinition(definition, `run '${id}'`)
    : idConflict(id)

const readRecord = async (id: string, { session, toRecord }: Creation): Promise<RunRecord> => {
  const row = await one(session, RUN.read, [id])
  if (row === undefined) throw idConflict(id)
  return toRecord(row)
}
