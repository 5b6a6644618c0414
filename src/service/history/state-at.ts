/** State of a run at a moment of its past: the fold of its journal up to that row. */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { addUsage, NO_USAGE } from '../../runtime/budget/usage-totals.ts'
import type { OpenEffect, OpenTimer, OpenWait } from '../../runtime/effects/run-effect.ts'
import { recoverRun } from '../../runtime/recovery.ts'
import { figuresOf, type JournalRow } from '../../store/journal-row.ts'
import type { RunEnd, UsageTotals } from '../../store/store.ts'
import { refuse } from './find-visit.ts'
import { foldTimeline } from './fold-timeline.ts'
import type { Visit } from './timeline.ts'

/** `last`: the last row. `seq`: a row by its number. `time`: the last row at or before a time in epoch milliseconds. */
export type Moment = 'last' | { seq: number } | { time: number }

export interface StateAt {
  /** The last row that is folded. */
  row: JournalRow
  rowCount: number
  status: RunEnd['status'] | 'running'
  /** Last visit of each step that started, in order of entry. */
  steps: Visit[]
  effects: OpenEffect[]
  timers: OpenTimer[]
  waits: OpenWait[]
  usage: UsageTotals
}

/** @throws Fault `invalid_input` for a moment that the journal does not have; Defect J4 when it can't be folded */
export const readStateAt = (
  workflow: CompiledWorkflow,
  { runId, rows, moment }: { runId: string; rows: readonly JournalRow[]; moment: Moment },
): StateAt => {
  const row = findRow(rows, moment)
  const prefix = rows.slice(0, row.seq)
  const { state, defect } = recoverRun(runId, workflow, prefix)
  if (defect !== undefined) throw defect
  const { timeline } = foldTimeline(workflow, { runId, rows: prefix })
  return {
    row,
    rowCount: rows.length,
    status: state.end?.status ?? 'running',
    steps: [...timeline.lastVisits()],
    effects: state.openEffects(),
    timers: state.openTimers().sort((one, other) => one.dueAt - other.dueAt),
    waits: state.openWaits(),
    usage: prefix.reduce((sum, one) => addUsage(sum, figuresOf(one).usage), NO_USAGE),
  }
}

const findRow = (rows: readonly JournalRow[], moment: Moment): JournalRow => {
  const last = rows.at(-1)
  const found =
    moment === 'last' ? last : 'seq' in moment ? rows[moment.seq - 1] : rows.findLast(({ at }) => at <= moment.time)
  if (found !== undefined) return found
  if (moment !== 'last' && 'time' in moment)
    throw refuse(
      `the run had not started by then`,
      `the time of its first row is ${new Date(rows[0]?.at ?? 0).toISOString()}`,
    )
  throw refuse(`the journal has no such row: expected 1 to ${rows.length}, got ${moment === 'last' ? 0 : moment.seq}`)
}
