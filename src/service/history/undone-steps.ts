import { UNDO } from '../../core/machine-ends.ts'
import type { EndedRun } from '../../runtime/effects/run-effect.ts'
import type { RunState } from '../../runtime/run-state.ts'
import { contextOf } from '../../runtime/scope/scope.ts'

/** Lists the calls that undo steps, with their faults. While a run is undoing, it lists those that have ended. */
export const undoneSteps = ({ root, end }: Pick<RunState, 'root' | 'end'>): NonNullable<EndedRun['undone']> => {
  const undoing = root?.open.get(UNDO)?.items?.get(0)
  const known = undoing === undefined ? [] : contextOf(undoing).output
  return end?.undone ?? (known as unknown as NonNullable<EndedRun['undone']>)
}
