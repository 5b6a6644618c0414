/** Compiles the bounds of a step that are expressions. */
import { explainCalendarDuration } from '../../core/duration.ts'
import type { JsonValue } from '../../core/json.ts'
import { BOUND_RULES, type BoundName, type Bounds } from '../bound.ts'
import type { Step } from '../document.ts'
import { type Bindings, compileValue } from '../expression/compile-expression.ts'
import type { MachineContext } from '../machine-context.ts'
import { computedBounds } from '../steps/step-kinds.ts'
import { toMisfit } from './entry.ts'
import { type LinkedStep, toExpressionFault } from './linked-step.ts'

/** Undefined for a step without such bounds. */
export const compileBounds = (step: Step, bindings: Bindings<MachineContext>): LinkedStep['bound'] => {
  const computed = computedBounds(step).map(({ name, bound }) => ({ name, evaluate: compileValue(bound, bindings) }))
  if (computed.length === 0) return undefined
  return (context) => {
    try {
      const bounds: Bounds = {}
      for (const { name, evaluate } of computed) bounds[name] = readBound(name, step, evaluate(context))
      return bounds
    } catch (thrown) {
      return { kind: 'fault', fault: toExpressionFault(thrown, step.id.value) }
    }
  }
}

/** @throws Fault `expression_failed` */
const readBound = (name: BoundName, { id }: Step, value: JsonValue): number => {
  const { key, words, read } = BOUND_RULES[name]
  const bound = read(value)
  if (bound !== undefined) return bound
  throw toMisfit({ key, step: id.value, words }, value, explainCalendarDuration(String(value)))
}
