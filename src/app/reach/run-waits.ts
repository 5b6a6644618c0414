/** What a run that goes on waits for: people, events, deadlines. Its journal, folded, says it. */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { recoverRun } from '../../runtime/recovery.ts'
import { toRequestHash } from '../../runtime/request-hash.ts'
import type { OpenTimer, OpenWait } from '../../runtime/run-effect.ts'
import type { RunState } from '../../runtime/run-state.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import { toApprovalId } from './approval-id.ts'

/** `dueAt` in epoch milliseconds; null: never. */
export type RunWait =
  | {
      kind: 'approval'
      run: string
      path: string
      id: string
      title: string
      by: string[] | null
      dueAt: number | null
    }
  | { kind: 'event'; run: string; path: string; event: string; dueAt: number | null }
  /** The end of a pause, or the next try of a block. */
  | { kind: 'time'; run: string; path: string; dueAt: number }

export interface WaitingRun {
  runId: string
  workflow: CompiledWorkflow
  rows: readonly JournalRow[]
}

/** Those that end by themselves or by somebody else; not the steps that are being performed. Never throws for a journal that does not fold. */
export const readWaits = ({ runId, workflow, rows }: WaitingRun): RunWait[] => {
  const { state, defect } = recoverRun(runId, workflow, rows)
  return defect === undefined ? listWaits(state, runId) : []
}

export const listWaits = (state: RunState, runId: string): RunWait[] => {
  const timers = state.openTimers()
  return [
    ...state.openWaits().map((wait) => toWait(wait, { runId, timers })),
    ...timers.flatMap(({ name, path, dueAt }): RunWait[] =>
      name === 'wait' || name === 'backoff' ? [{ kind: 'time', run: runId, path, dueAt }] : [],
    ),
  ]
}

const toWait = (wait: OpenWait, { runId, timers }: { runId: string; timers: readonly OpenTimer[] }): RunWait => {
  const { path, visit } = wait
  if (wait.kind === 'approval') {
    const id = toApprovalId({ runId, path, visit, requestHash: toRequestHash(wait) })
    return { kind: 'approval', run: runId, path, id, title: wait.title, by: wait.by, dueAt: wait.dueAt }
  }
  const timer = timers.find((one) => one.path === path && one.name === 'timeout')
  return { kind: 'event', run: runId, path, event: wait.event, dueAt: timer?.dueAt ?? null }
}
