/** Checks what every step says, whatever its kind: its expressions, and the names it uses. */
import { BOUND_RULES, type BoundRule, type ComputedBound } from '../bound.ts'
import type { Step } from '../document.ts'
import { isAssignable, NUMBER, STRING, type Type, unionOf } from '../expression/type.ts'
import { type Parts, STEPS_A_PART } from '../parts.ts'
import { computedBounds, descriptorOf } from '../steps/step-kinds.ts'
import { checkCompensation } from './check-compensation.ts'
import { type CheckContext, type StepSites, sitesOf } from './check-context.ts'
import { checkCall } from './check-tools.ts'
import type { Site } from './expression-checks.ts'
import { checkFinalDuration } from './final-steps.ts'
import { errorCases } from './jumps.ts'

export function* checkSteps(context: CheckContext): Parts<void> {
  for (const [place, indexed] of context.index.steps.entries()) {
    if (place % STEPS_A_PART === 0) yield
    const sites = sitesOf(indexed, context)
    checkCommon(indexed.step, sites, context)
    checkCompensation(indexed, context)
    descriptorOf(indexed.step).check(indexed.step, sites, context)
  }
}

const checkCommon = (step: Step, sites: StepSites, context: CheckContext): void => {
  const { expressions } = context
  if (step.when !== undefined) expressions.condition(step.when, 'when', sites.enter)
  for (const { when } of errorCases(step)) if (when !== undefined) expressions.condition(when, 'when', sites.caught)
  if (step.key !== undefined) expressions.typed(step.key, { ...KEY, name: 'key' }, sites.perform)
  for (const { name, bound } of computedBounds(step))
    checkBound(bound, { rule: BOUND_RULES[name], site: sites.perform, context })
  const timeout = { name: 'timeout', bound: step.timeoutMs, hint: 'write timeout: 5m, or less' }
  checkFinalDuration(sites.step, timeout, context.diagnostics)
  checkUndo(step, sites, context)
}

const checkBound = (
  bound: ComputedBound,
  { rule, site, context }: { rule: BoundRule; site: Site; context: CheckContext },
): void => {
  const { key, words, type: expected, hint, read } = rule
  const own = bound.kind === 'expression' ? { hint: hint(bound.expression.text) } : {}
  const type = context.expressions.typed(bound, { name: key, type: expected, words, ...own }, site)
  if (type.kind !== 'literal' || !isAssignable(type, expected) || read(type.value) !== undefined) return
  const message = `'${key}' does not fit: expected ${words}, got ${JSON.stringify(type.value)}`
  context.diagnostics.error('type_mismatch', bound.range, message)
}

const TEXT_OR_NUMBER: Type = unionOf([STRING, NUMBER])

const KEY = { type: TEXT_OR_NUMBER, words: 'text', hint: 'write json(…) for the text of a list or an object' }

const checkUndo = (step: Step, sites: StepSites, context: CheckContext): void => {
  const { undo } = step
  if (undo === undefined) return
  checkCall({ tool: undo.tool, input: undo.with, step, site: sites.undo }, context)
  const why = descriptorOf(step).needlessUndo
  if (why === undefined) return
  const message = `'undo' of '${step.id.value}' has nothing to undo: ${why}`
  context.diagnostics.warning('needless_undo', undo.range, message, 'move it to the step whose effect it takes back')
}
