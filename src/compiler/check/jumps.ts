/** Resolved targets of `next`, of `on_error` and of the cases of a switch. */
import type { Located, Step } from '../document.ts'
import type { IndexedStep } from './step-index.ts'

export type JumpTarget = IndexedStep | 'end'

export interface Jumps {
  /**
   * Targets by the word in the document. A target that cannot be reached is missing; for a misspelt one, the nearest
   * stands in.
   */
  readonly targets: ReadonlyMap<Located<string>, JumpTarget>
  /** False if a target was not found: steps that seem unreachable may then be due to a misspelt word. */
  readonly areComplete: boolean
}

/** The cases of `on_error`, in the order in which they are tried; `code` is undefined for any fault. */
export const errorCases = ({ onError }: Step): { code: Located<string> | undefined; action: Located<string> }[] => {
  if (onError === undefined) return []
  return onError.kind === 'all' ? [{ code: undefined, action: onError.action }] : onError.cases
}

/** True for an action of `on_error` that is a jump. */
export const isJumpAction = (action: string): boolean => action !== 'fail' && action !== 'continue'

/** True for a jump to the step itself, to a step before it or to a block around it: the steps between run again. */
export const isJumpBack = (from: IndexedStep, target: JumpTarget): target is IndexedStep =>
  target !== 'end' && target.number <= from.number
