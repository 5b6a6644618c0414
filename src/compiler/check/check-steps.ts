/** Checks what every step says, whatever its kind: its expressions, and the names it uses. */
import type { Step } from '../document.ts'
import { NUMBER, STRING, type Type, unionOf } from '../expression/type.ts'
import { descriptorOf } from '../steps/step-kinds.ts'
import { type CheckContext, type StepSites, sitesOf } from './check-context.ts'
import { checkCall } from './check-tools.ts'

export const checkSteps = (context: CheckContext): void => {
  for (const indexed of context.index.steps) {
    const sites = sitesOf(indexed, context)
    checkCommon(indexed.step, sites, context)
    descriptorOf(indexed.step).check(indexed.step, sites, context)
  }
}

const checkCommon = (step: Step, sites: StepSites, context: CheckContext): void => {
  const { expressions } = context
  if (step.when !== undefined) expressions.condition(step.when, 'when', sites.enter)
  if (step.key !== undefined) expressions.typed(step.key, { ...KEY, name: 'key' }, sites.perform)
  checkUndo(step, sites, context)
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
