/** Start and end of the `finally` of a run, as its root machine tells them. */
import type { Ending } from '../../compiler/machine-context.ts'
import type { RunEffect } from '../effects/run-effect.ts'
import type { FinallyCut } from '../run-event.ts'
import { RUN_TIMER } from '../waits/open-timers.ts'
import { contextOf, type Scope } from './scope.ts'
import { toStepPath } from './scope-end.ts'

/** Effects of its start. The limit of time is that of the run; `finally` has one of its own. */
export const toEndingEffects = ({ status }: Ending): RunEffect[] => [
  { type: 'timer.stop', id: RUN_TIMER },
  { type: 'finally.begun', status },
]

/** Why it did not complete. @param root The root machine at its end. */
export const readFinallyCut = (root: Scope): FinallyCut | undefined => {
  const { cutBy } = contextOf(root).ending ?? {}
  if (cutBy === undefined) return undefined
  return cutBy === 'cancel' ? { is_cancelled: true } : { step: toStepPath(root, cutBy) || null, fault: cutBy.fault }
}
