/** Start and end of the `finally` of a run, as its root machine tells them. */
import type { Ending, MachineContext } from '../../compiler/machine-context.ts'
import type { RunEffect } from '../effects/run-effect.ts'
import type { FinallyCut } from '../run-event.ts'
import { RUN_TIMER } from '../waits/open-timers.ts'
import { contextOf, type Scope } from './scope.ts'
import { toStepPath } from './scope-end.ts'

/**
 * Effects of its start. The limit of time is that of the run; `finally` has one of its own.
 * @param before The end of the run before the last step of the machine.
 */
export const toEndingEffects = ({ ending }: MachineContext, before: Ending | undefined): readonly RunEffect[] =>
  ending === undefined || before !== undefined
    ? NONE
    : [
        { type: 'timer.stop', id: RUN_TIMER },
        { type: 'finally.begun', status: ending.status },
      ]

const NONE: readonly RunEffect[] = []

/** Why it did not complete. @param root The root machine at its end. */
export const readFinallyCut = (root: Scope): FinallyCut | undefined => {
  const { cutBy } = contextOf(root).ending ?? {}
  if (cutBy === undefined) return undefined
  return cutBy === 'cancel' ? { is_cancelled: true } : { step: toStepPath(root, cutBy) || null, fault: cutBy.fault }
}
