import { isFault, toErrorValue } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import { errorCases } from '../check/jumps.ts'
import type { Step } from '../document.ts'
import { compileExpression } from '../expression/compile-expression.ts'
import { isJudging, type Places } from '../lower/exit.ts'
import type { MachineContext } from '../machine-context.ts'
import { createBindings, type ExpressionSite } from './bindings.ts'
import type { LinkedStep } from './linked-step.ts'

type CaughtContext = MachineContext & { error: JsonValue }

/** Compiles the cases of `on_error`. Faults have different details: a condition that fails on one does not hold. */
export const compileJudge = (step: Step, site: ExpressionSite, places: Places): LinkedStep['judge'] => {
  const cases = errorCases(step)
  if (!isJudging(step)) return undefined
  const { root, step: stepOf } = createBindings(site, places)
  const conditions = cases.map(({ when, code }): ((context: CaughtContext, thrown: string) => boolean) => {
    if (when === undefined) return (_, thrown) => code === undefined || code.value === thrown
    const holds = compileExpression<CaughtContext>(when, {
      root: (name) => (name === 'error' ? ({ error }) => error : root(name)),
      step: stepOf,
    })
    return (context) => {
      try {
        return holds(context) === true
      } catch (thrown) {
        if (isFault(thrown)) return false
        throw thrown
      }
    }
  })
  return (context, fault) => {
    const caught = { ...context, error: toErrorValue(fault) }
    return conditions.findIndex((takes) => takes(caught, fault.code))
  }
}
