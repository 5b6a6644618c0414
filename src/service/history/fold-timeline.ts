import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { RunState } from '../../runtime/run-state.ts'
import { isEventRow, type JournalRow } from '../../store/journal-row.ts'
import { Timeline } from './timeline.ts'

export interface FoldedRun {
  state: RunState
  timeline: Timeline
}

/** Folds a journal as far as it goes. @throws Defect J4, J8 */
export const foldTimeline = (
  workflow: CompiledWorkflow,
  { runId, rows }: { runId: string; rows: readonly JournalRow[] },
): FoldedRun => {
  const state = new RunState(workflow)
  const timeline = new Timeline()
  state.observe(timeline)
  for (const row of rows) {
    timeline.turnTo(row)
    if (row.kind === 'created') timeline.takeEffects(state.start({ runId, at: row.at, data: row.data }))
    else if (isEventRow(row)) timeline.takeEffects(state.apply(row) ?? [])
  }
  return { state, timeline }
}
