/** Where `next`, `on_error` and the cases of a switch lead. */
import type { Located } from '../document.ts'
import type { IndexedStep } from './step-index.ts'

export type JumpTarget = IndexedStep | 'end'

export interface Jumps {
  /** By the word in the document; a target that can't be reached is missing, one that is misspelt is the nearest. */
  readonly targets: ReadonlyMap<Located<string>, JumpTarget>
  /** Whether every target was there: if not, what seems unreachable may be the fault of a misspelt word. */
  readonly areComplete: boolean
}

/** The actions of `on_error` that are no jump. */
export const isJumpAction = (action: string): boolean => action !== 'fail' && action !== 'continue'

/** A jump to itself, to a step before it or to a block around it: what is between runs again. */
export const isJumpBack = (from: IndexedStep, target: JumpTarget): target is IndexedStep =>
  target !== 'end' && target.number <= from.number
