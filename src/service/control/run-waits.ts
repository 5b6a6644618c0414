/** Lists what a running run waits for: people, events, deadlines. It folds the journal. */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import type { OpenTimer, OpenWait } from '../../runtime/effects/run-effect.ts'
import { type RecoveredRun, recoverRun } from '../../runtime/recovery.ts'
import type { RunState } from '../../runtime/run-state.ts'
import { toRequestHash } from '../../runtime/waits/request-hash.ts'
import { toApprovalId } from '../../store/approval-id.ts'
import type { GivenApproval, OpenApproval } from '../../store/approval-record.ts'
import type { JournalRow } from '../../store/journal-row.ts'

/** `dueAt` in epoch milliseconds; null: never. */
export type RunWait =
  | {
      kind: 'approval'
      run: string
      path: string
      id: string
      title: string
      /** JSON Schema of the form; null: there is none. */
      form: JsonSchema | null
      by: string[] | null
      /** Number of people who must approve, and those who have. */
      count: number
      decisions: readonly Omit<GivenApproval, 'values'>[]
      dueAt: number | null
    }
  | { kind: 'event'; run: string; path: string; event: string; dueAt: number | null }
  /** End of a `wait`, the next try of a block, or the next attempt behind a long pause. */
  | { kind: 'time'; run: string; path: string; dueAt: number }

export type AnsweredWait = Exclude<RunWait, { kind: 'time' }>

export interface WaitingRun {
  runId: string
  workflow: CompiledWorkflow
  rows: readonly JournalRow[]
}

/** Lists waits, without steps in flight. A journal that does not fold has none; it never throws. */
export const readWaits = ({ runId, workflow, rows }: WaitingRun): RunWait[] => {
  const { state, defect, histories } = recoverRun(runId, workflow, rows)
  return defect === undefined ? [...listWaits(state, runId), ...listPauses({ state, histories }, runId)] : []
}

const listPauses = ({ state, histories }: Pick<RecoveredRun, 'state' | 'histories'>, run: string): RunWait[] =>
  state.openEffects().flatMap((effect): RunWait[] => {
    const { retryAt } = histories.of(effect)
    return retryAt === undefined ? [] : [{ kind: 'time', run, path: effect.path, dueAt: retryAt }]
  })

const listWaits = (state: RunState, runId: string): RunWait[] => [
  ...listAnswered(state, runId),
  ...state
    .openTimers()
    .flatMap(({ name, path, dueAt }): RunWait[] =>
      name === 'wait' || name === 'backoff' || name === 'rate' ? [{ kind: 'time', run: runId, path, dueAt }] : [],
    ),
]

/** Lists waits that only people and events end; with a `limit` the oldest of them. */
export const listAnswered = (state: RunState, runId: string, limit = Number.POSITIVE_INFINITY): AnsweredWait[] => {
  const waits = state.openWaits().slice(0, limit)
  const timers = waits.some(({ kind }) => kind === 'event') ? state.openTimers() : []
  return waits.map((wait) => toWait(wait, { runId, timers }))
}

const toWait = (wait: OpenWait, { runId, timers }: { runId: string; timers: readonly OpenTimer[] }): AnsweredWait => {
  const { path, visit } = wait
  if (wait.kind === 'approval') {
    const id = toApprovalId({ runId, path, visit, requestHash: toRequestHash(wait) })
    return toAskedWait({ ...wait, runId }, id)
  }
  const timer = timers.find((one) => one.path === path && one.name === 'timeout')
  return { kind: 'event', run: runId, path, event: wait.event, dueAt: timer?.dueAt ?? null }
}

export const toAskedWait = (
  {
    runId: run,
    path,
    title,
    form,
    by,
    count,
    decisions,
    dueAt,
  }: Omit<OpenApproval, 'show' | 'form' | 'requestHash' | 'workflow'> & { form: JsonValue | JsonSchema },
  id: string,
): Extract<RunWait, { kind: 'approval' }> => {
  const given = decisions.map(({ by: person, at }) => ({ by: person, at }))
  return {
    kind: 'approval',
    run,
    path,
    id,
    title,
    form: isJsonObject(form) ? form : null,
    by,
    count,
    decisions: given,
    dueAt,
  }
}
