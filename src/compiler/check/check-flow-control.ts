/** Checks the expressions and limits of `flow`. */
import type { CheckContext } from './check-context.ts'

export const checkFlowControl = ({ workflow: { flow }, names, expressions, diagnostics }: CheckContext): void => {
  if (flow === undefined) return
  const { key, concurrency, rate, malformed, range } = flow
  if (key !== undefined) expressions.expression(key, { names: names.ofFlow(), node: undefined })
  if (concurrency !== undefined || rate !== undefined || malformed === true) return
  const message = "'flow' limits nothing: expected concurrency, rate or both"
  diagnostics.warning('idle_flow', range, message, 'to run one at a time, add concurrency: 1')
}
