/** Checks that a journal must pass at any moment, for a driven run. */
import type { CompiledWorkflow } from '../../src/compiler/compile.ts'
import { recoverRun } from '../../src/runtime/recovery.ts'
import type { RunState } from '../../src/runtime/run-state.ts'
import { contextOf } from '../../src/runtime/scope/scope.ts'
import type { JournalRow } from '../../src/store/journal-row.ts'
import type { Store } from '../../src/store/store.ts'

/** All that a run is waiting for and has come to, as plain data. */
export const describeState = (state: RunState) => ({
  effects: state.openEffects(),
  timers: state.openTimers(),
  end: state.end,
  stepsStarted: state.stepsStarted,
  value: state.root?.snapshot.value,
  context: state.root === undefined ? undefined : contextOf(state.root),
})

/**
 * Asks, whenever an effect starts, whether the rows that are durable by then ask for it (J1) and hold no outcome of it (J3).
 * The store must read its rows before it first waits, as the one in memory does.
 */
export const createStartCheck = (compiled: CompiledWorkflow, store: Store) => {
  const problems: string[] = []
  const checks: Promise<void>[] = []
  const judge = (id: string, rows: readonly JournalRow[]): void => {
    const [path = '', visit = ''] = id.split('#')
    const { state, defect } = recoverRun('r', compiled, rows)
    if (defect !== undefined) problems.push(`J4: ${String(defect)}`)
    if (!state.isOpen(path, Number(visit))) problems.push(`J1: ${id} started, and the durable rows do not ask for it`)
    if (rows.some((row) => row.kind === 'outcome' && `${row.path}#${row.visit}` === id))
      problems.push(`J3: ${id} started again after its outcome was recorded`)
  }
  return {
    onPerform(id: string, runId: string): void {
      checks.push(store.readJournal(runId).then((rows) => judge(id, rows)))
    },
    /** Returns the violations. */
    async finish(): Promise<string[]> {
      await Promise.all(checks)
      return problems
    },
  }
}
