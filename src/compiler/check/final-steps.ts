/** Checks the durations of the steps of `finally` against the bound of the whole. */
import { FINALLY_MS } from '../../core/machine-ends.ts'
import { type Bound, isComputed } from '../bound.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { IndexedStep } from './step-index.ts'

interface FinalDuration {
  /** The key that holds it. */
  name: string
  bound: Bound | undefined
  hint: string
}

/** Reports a duration that `finally` can't last for. */
export const checkFinalDuration = (
  { id, isFinal }: IndexedStep,
  { name, bound, hint }: FinalDuration,
  diagnostics: Diagnostics,
): void => {
  if (!isFinal || bound === undefined || isComputed(bound) || bound.value <= FINALLY_MS) return
  const message = `'${name}' of '${id}' is longer than 'finally' may take: expected at most 5m`
  diagnostics.error('beyond_finally', bound.range, message, hint)
}
