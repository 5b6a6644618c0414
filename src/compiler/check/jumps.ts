/** Resolved targets of `next`, of `on_error` and of the cases of a switch. */
import type { ExpressionText, Located, Step } from '../document.ts'
import { ANY_CODE } from '../grammar/on-error-grammar.ts'
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

export interface TriedCase {
  /** A condition on `error`, in place of a code. */
  when: ExpressionText | undefined
  /** Undefined, without a condition: any fault. */
  code: Located<string> | undefined
  action: Located<string>
}

/** The cases of `on_error`, in the order in which they are tried. */
export const errorCases = ({ onError }: Pick<Step, 'onError'>): TriedCase[] => {
  if (onError === undefined) return []
  if (onError.kind === 'all') return [{ when: undefined, code: undefined, action: onError.action }]
  if (onError.kind === 'list') return onError.cases.map(({ when, code, action }) => ({ when, code, action }))
  const isAny = ({ code }: { code: Located<string> }): boolean => code.value === ANY_CODE
  return [
    ...onError.cases.filter((one) => !isAny(one)).map(({ code, action }) => ({ when: undefined, code, action })),
    ...onError.cases.filter(isAny).map(({ action }) => ({ when: undefined, code: undefined, action })),
  ]
}

/** True for the case that takes any fault. */
export const takesAny = ({ when, code }: TriedCase): boolean => when === undefined && code === undefined

/** True for an action of `on_error` that is a jump. */
export const isJumpAction = (action: string): boolean => action !== 'fail' && action !== 'continue'

/** True for a jump to the step itself, to a step before it or to a block around it: the steps between run again. */
export const isJumpBack = (from: IndexedStep, target: JumpTarget): target is IndexedStep =>
  target !== 'end' && target.number <= from.number
