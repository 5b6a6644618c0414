/** When a run waited for people and events: the fold knows when it began to, the rows only tell of the end. */
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import type { OpenWait, RunEffect } from '../../../runtime/effects/run-effect.ts'
import { RunState } from '../../../runtime/run-state.ts'
import { isEventRow, type JournalRow } from '../../../store/journal-row.ts'
import { stepOfPath } from '../../../store/usage-sums.ts'
import type { Span } from './span.ts'

/** @param run.endedAt Of waits that go on. */
export const readWaits = (
  workflow: CompiledWorkflow,
  { runId, rows, endedAt }: { runId: string; rows: readonly JournalRow[]; endedAt: number },
): Span[] => {
  const state = new RunState(workflow)
  const open = new Map<string, number>()
  const spans: Span[] = []
  const take = (effect: RunEffect, at: number): void => {
    if (effect.type === 'wait.open') open.set(keyOf(effect.wait), at)
    else if (effect.type === 'wait.close') spans.push(toSpan(effect.wait, open.get(keyOf(effect.wait)) ?? at, at))
  }
  for (const row of rows) {
    const effects =
      row.kind === 'created'
        ? state.start({ runId, at: row.at, data: row.data })
        : isEventRow(row)
          ? (state.apply(row) ?? [])
          : []
    for (const effect of effects) take(effect, row.at)
  }
  return [...spans, ...state.openWaits().map((wait) => toSpan(wait, open.get(keyOf(wait)) ?? endedAt, endedAt))]
}

const keyOf = ({ path, visit }: OpenWait): string => `${path}#${visit}`

const toSpan = ({ path, kind }: OpenWait, startedAt: number, endedAt: number): Span => ({
  step: stepOfPath(path),
  path,
  kind: kind === 'approval' ? 'approve' : 'event',
  startedAt,
  lastStartedAt: startedAt,
  endedAt,
  attempts: 1,
})
