/**
 * Absorption of failures, as in CEL: an operand of `&&` or `||`, or an item of `all` or `exists`, that decides the result outweighs
 * the failures of the others. It is the rule for the second evaluation of an expression whose first one failed: the first stops at
 * each failure, so that evaluations that don't fail pay nothing for it. Both give the same value where the first gives one.
 */
import { type Evaluation, ExpressionFailure, isAbsorbable } from '../evaluation.ts'
import { type Expression, partsOf } from '../expression.ts'

/** False if a failure anywhere in the expression fails the whole. */
export const mayAbsorb = (node: Expression): boolean =>
  (node.kind === 'binary' && (node.operator === '&&' || node.operator === '||')) ||
  (node.kind === 'macro' && (node.macro === 'all' || node.macro === 'exists')) ||
  partsOf(node).some(mayAbsorb)

interface Test<T> {
  test: (part: T) => boolean
  evaluation: Evaluation
}

/**
 * True if the test gives `wanted` for one of the parts.
 * @throws ExpressionFailure if it doesn't, and fails for one: the first failure.
 */
export const isAnywhere = <T>(wanted: boolean, parts: Iterable<T>, { test, evaluation }: Test<T>): boolean => {
  let first: ExpressionFailure | undefined
  for (const part of parts) {
    try {
      if (test(part) === wanted) return true
    } catch (error) {
      if (!isAbsorbable(error)) throw error
      first ??= new ExpressionFailure(error.reason, error.position ?? evaluation.position, error.code)
    }
  }
  if (first !== undefined) throw first
  return false
}
