/** Checks what every kind of step says: its expressions, and the names it uses. */
import type { ForeachStep, LoopStep, ParallelStep, Step, StepKind, SwitchStep } from '../document.ts'
import { ANY, listOf, NUMBER, STRING, type Type, unionOf } from '../expression/type.ts'
import { checkApprove, checkEmit, checkWait } from './check-answered.ts'
import { type CheckContext, type StepSites, sitesOf } from './check-context.ts'
import { checkLlm } from './check-llm.ts'
import { checkChild, checkMemory, checkTool, checkUndo } from './check-tools.ts'
import { PRINTABLE } from './known-types.ts'
import { isReservedName } from './scope-names.ts'

export const checkSteps = (context: CheckContext): void => {
  for (const indexed of context.index.steps) {
    const sites = sitesOf(indexed, context)
    checkCommon(indexed.step, sites, context)
    checkKind(indexed.step, sites, context)
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

type Check<K extends StepKind> = (step: Extract<Step, { kind: K }>, sites: StepSites, context: CheckContext) => void

const checkKind = <K extends StepKind>(
  step: Extract<Step, { kind: K }>,
  sites: StepSites,
  context: CheckContext,
): void => CHECKS[step.kind as K](step, sites, context)

const checkSwitch: Check<'switch'> = ({ cases }: SwitchStep, { perform }, { expressions }) => {
  for (const { when } of cases) if (when !== undefined) expressions.condition(when, 'when', perform)
}

const checkParallel: Check<'parallel'> = ({ join, branches }: ParallelStep, _, { diagnostics }) => {
  if (join.kind !== 'at_least' || join.count.value <= branches.length) return
  const { value, range } = join.count
  const count = branches.length
  diagnostics.error(
    'impossible_join',
    range,
    `'at_least' can't be met: expected at most ${count}, the number of branches, got ${value}`,
    'to wait for every branch write join: all',
  )
}

const checkForeach: Check<'foreach'> = (step: ForeachStep, { perform, inside }, { expressions, diagnostics }) => {
  const hint = 'for the fields of an object, build a list of them in the step before'
  expressions.typed(step.items, { name: 'foreach', type: listOf(ANY), words: 'a list', hint }, perform)
  if (step.yields !== undefined) expressions.expression(step.yields, inside)
  const { value, range } = step.as
  if (isReservedName(value))
    diagnostics.error(
      'reserved_name',
      range,
      `'${value}' can't be the name of an item: expressions use it for something else`,
    )
}

const checkLoop: Check<'loop'> = ({ test }: LoopStep, { inside }, { expressions }) =>
  expressions.condition(test.expression, test.kind, inside)

const CHECKS: { readonly [K in StepKind]: Check<K> } = {
  llm: checkLlm,
  tool: checkTool,
  memory: checkMemory,
  code: ({ with: input }, sites, { expressions }) => {
    if (input !== undefined) expressions.value(input, sites.input)
  },
  workflow: checkChild,
  emit: checkEmit,
  set: ({ values }, { perform }, { expressions }) => {
    expressions.value(values, perform)
  },
  fail: ({ message }, { perform }, { expressions }) => {
    expressions.typed(message, { name: 'message', type: PRINTABLE, words: 'a text' }, perform)
  },
  wait: checkWait,
  approve: checkApprove,
  switch: checkSwitch,
  parallel: checkParallel,
  foreach: checkForeach,
  loop: checkLoop,
  do: () => {},
}
