/** Compiles the expressions of a step into its linked form. */
import { fixedBound } from '../bound.ts'
import type { Step } from '../document.ts'
import { compileExpression } from '../expression/compile-expression.ts'
import { compensates, type Places } from '../lower/exit.ts'
import { stepsWithin } from '../place-steps.ts'
import { descriptorOf } from '../steps/step-kinds.ts'
import { createBindings, type ExpressionSite } from './bindings.ts'
import { toCondition, valueOrEmpty } from './entry.ts'
import { compileBounds } from './link-bounds.ts'
import { compileJudge } from './link-judge.ts'
import { BLOCK_ATTEMPTS, type LinkedStep, toExpressionFault, toRetryPolicy } from './linked-step.ts'

export const linkStep = (step: Step, places: Places): LinkedStep => {
  const place = places.get(step.id.value)
  const site: ExpressionSite = { scopes: place?.scopes ?? [], chain: [...(place?.ancestors ?? []), step] }
  const descriptor = descriptorOf(step)
  const { output, loop, join, accepts } = descriptor.link?.(step, { site, places }) ?? {}
  return {
    id: step.id.value,
    kind: step.kind,
    start: descriptor.start(step),
    maxVisits: step.maxVisits?.value,
    timeoutMs: fixedBound(step.timeoutMs),
    bound: compileBounds(step, createBindings(site, places)),
    enter: compileEnter(step, site, places),
    output,
    loop,
    join,
    retry: step.retry === undefined ? undefined : toRetryPolicy(step.retry, BLOCK_ATTEMPTS),
    accepts,
    judge: compileJudge(step, site, places),
    compensates: compensates(step) && place?.isFinal !== true,
    undo: place?.isFinal ? undefined : compileUndo(step, site, places),
    within: stepsWithin(step).map(({ id }) => id.value),
  }
}

const compileEnter = (step: Step, site: ExpressionSite, places: Places): LinkedStep['enter'] => {
  const bindings = createBindings(site, places)
  const runs = step.when && toCondition(compileExpression(step.when, bindings), 'when')
  const enter = descriptorOf(step).enter(step, bindings)
  return (context) => {
    try {
      return runs?.(context) === false ? { kind: 'skipped' } : enter(context)
    } catch (thrown) {
      return { kind: 'fault', fault: toExpressionFault(thrown, step.id.value) }
    }
  }
}

const compileUndo = (step: Step, site: ExpressionSite, places: Places): LinkedStep['undo'] => {
  const { undo } = step
  if (undo === undefined) return undefined
  const input = valueOrEmpty(undo.with, createBindings(site, places))
  return (context) => {
    try {
      return { input: input(context) }
    } catch (thrown) {
      return { fault: toExpressionFault(thrown, step.id.value) }
    }
  }
}
