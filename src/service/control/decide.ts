/**
 * Checks a decision of a person, so that a slip is answered at once, and posts it to the run. The lease holder judges it again; of
 * several decisions those that come first count.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Fault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { expectWithin, LIMITS } from '../../core/limits.ts'
import { sizeOf } from '../../core/value-size.ts'
import { type DecisionBody, findRefusal } from '../../runtime/waits/read-message.ts'
import { expectNoSecret, type Redactor } from '../../secrets/secret-vault.ts'
import type { OpenApproval } from '../../store/approval-record.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import type { Store } from '../../store/store.ts'
import { describeEnd, type JudgedApproval, judgeKept, toWait, withoutDecided } from './kept-decision.ts'
import { describeOutcome, describeVerdict } from './past-decision.ts'

export interface Decision {
  verdict: 'approved' | 'rejected'
  by: string
  /** Values of the form; its defaults are filled in here. Default: null, or `{}` where there is a form. */
  values?: JsonValue | undefined
  comment?: string | undefined
  /** Id of the message: the same id counts once. Default: a new id. */
  id?: string | undefined
}

export interface DecisionEnd {
  /** `counted`: the journal has it. `kept`: no process has taken it up yet; it is judged when one does. */
  kind: 'counted' | 'kept'
  /** The approval as it waits for others, with the approvals so far. Undefined: it is decided. */
  open: OpenApproval | undefined
}

export interface DecideOptions {
  /** J9: redacts the secrets that this process knows. The lease holder redacts again. */
  vault?: Pick<Redactor, 'redact'>
  /** How long to wait for the lease holder, in milliseconds. Default 3,500. */
  waitMs?: number
}

/** Inboxes are read every 250 ms, and a server may have to compile the workflow first. */
const WAIT_MS = 3_500
const LOOK_EVERY_MS = 50

/**
 * @throws Fault `too_large`, `refused` for a person who may not decide, `invalid_input` for values that do not fit the form, `conflict`
 * when the decision does not count: others came first, the same person has approved, the deadline has passed, or the question has
 * changed.
 */
export const decide = async (
  store: Store,
  approval: OpenApproval,
  { waitMs = WAIT_MS, vault, ...given }: Decision & DecideOptions,
): Promise<DecisionEnd> => {
  const { runId, path, visit, requestHash } = approval
  expectNoSecret(given.by, { subject: 'by', vault })
  const decision = vault === undefined ? given : redact(given, vault)
  const id = decision.id ?? `decision-${randomUUID()}`
  const asked = await expectUndecided(store, approval, id)
  const body = { id, path, visit, requestHash, ...(await toData(asked, decision)) }
  const fromSeq = ((await store.readJournal(runId)).at(-1)?.seq ?? 0) + 1
  const isNew = await store.post(runId, { id, kind: 'decision', body })
  const row = await findAnswer(store, { runId, id, fromSeq: isNew ? fromSeq : 1, waitMs })
  if (row === 'over') throw await toLost(store, approval)
  if (row === undefined) return { kind: 'kept', open: await expectKept(store, approval, id) }
  const { verdict, by } = row.data
  if (row.kind === 'late') throw await toLost(store, approval, row.data.reason)
  // An earlier message with this id may carry another decision.
  if (verdict !== decision.verdict || by !== decision.by)
    throw await toLost(store, approval, `it was used before: ${describeVerdict(row.data, [])}`)
  return { kind: 'counted', open: await findStillOpen(store, approval) }
}

/** No process holds the run, so its journal does not know the kept decisions yet. @throws Fault `conflict` */
const expectUndecided = async (store: Store, approval: OpenApproval, id: string): Promise<OpenApproval> => {
  const judged = await judgeOne(store, approval)
  if (judged?.counted.has(id))
    throw new Fault(
      'conflict',
      `it was used before to decide about '${approval.title}': the decision is judged when run ${approval.runId} goes on`,
      { details: { run: approval.runId, path: approval.path } },
    )
  if (judged?.end !== undefined) throw toConflict(approval, describeEnd(judged.approval, judged.end))
  return judged?.approval ?? approval
}

/** Returns the approval if it waits for others. @throws Fault `conflict` when the kept decision will not count */
const expectKept = async (store: Store, approval: OpenApproval, id: string): Promise<OpenApproval | undefined> => {
  const judged = await judgeOne(store, approval)
  const reason = judged?.refused.get(id)
  if (reason !== undefined) throw toConflict(approval, reason)
  return judged?.end === undefined ? judged?.approval : undefined
}

const findStillOpen = async (store: Store, { runId, path, visit }: OpenApproval): Promise<OpenApproval | undefined> => {
  const all = await store.listApprovals({ run: runId })
  const open = all.filter((one) => one.path === path && one.visit === visit)
  const [waiting] = await withoutDecided(store, open)
  return waiting
}

const judgeOne = async (store: Store, approval: OpenApproval): Promise<JudgedApproval | undefined> =>
  (await judgeKept(store, [approval]))[0]

const redact = ({ values, comment, ...decision }: Decision, vault: Pick<Redactor, 'redact'>): Decision => ({
  ...decision,
  values: values === undefined ? undefined : vault.redact(values),
  comment: comment === undefined ? undefined : vault.redact(comment),
})

const toData = async (
  asked: OpenApproval,
  { verdict, by, values, comment }: Decision,
): Promise<Omit<DecisionBody, 'path' | 'visit'>> => {
  const wait = toWait(asked)
  if (wait.form === null && values !== undefined && values !== null)
    throw new Fault('invalid_input', `'${asked.title}' has no form: expected no values`)
  expectWithin(LIMITS.form, { subject: LIMITS.form.what, amount: sizeOf([values ?? null, comment ?? '']) })
  const filled = verdict === 'approved' ? await fillIn(wait.form, values) : (values ?? null)
  const data = { verdict, by, values: filled, ...(comment === undefined ? {} : { comment }) }
  const refusal = await findRefusal(wait, data)
  if (refusal === undefined) return data
  if (refusal.code === 'conflict') throw toConflict(asked, refusal.reason)
  throw new Fault(refusal.code, refusal.reason)
}

const fillIn = async (form: JsonSchema | null, values: JsonValue | undefined): Promise<JsonValue> => {
  if (form === null) return null
  const filled = structuredClone(values ?? {})
  const { createValidator } = await import('../../core/json-schema-validator.ts')
  // Only the defaults count here: findRefusal reports wrong values.
  createValidator(form, { useDefaults: true })(filled)
  return filled
}

/** Waits for the row that answers a message. `over`: the run has ended without one. Undefined: no process has taken it up in time. */
const findAnswer = async (
  store: Store,
  { runId, id, fromSeq, waitMs }: { runId: string; id: string; fromSeq: number; waitMs: number },
): Promise<AnswerRow | 'over' | undefined> => {
  const until = Date.now() + waitMs
  for (;;) {
    const found = await store.findRun(runId)
    const rows = await store.readJournal(runId, fromSeq)
    const row = rows.find(isAnswer(id))
    if (row !== undefined) return row
    if (found.kind !== 'found' || found.run.status !== 'running') return 'over'
    if (Date.now() >= until) return undefined
    await delay(LOOK_EVERY_MS)
  }
}

type AnswerRow = JournalRow<'decision' | 'late'>

const isAnswer =
  (id: string) =>
  (row: JournalRow): row is AnswerRow =>
    (row.kind === 'decision' || row.kind === 'late') && row.data.id === id

const toLost = async (store: Store, approval: OpenApproval, reason?: string): Promise<Fault> => {
  const { runId, path, visit } = approval
  const past = await describeOutcome(store, { runId, path, visit })
  return toConflict(approval, past ?? reason ?? 'nothing is asked here any more')
}

const toConflict = ({ title, runId: run, path }: OpenApproval, why: string): Fault =>
  new Fault('conflict', `the decision about '${title}' does not count: ${why}`, { details: { run, path } })
