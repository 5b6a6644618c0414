/** Finds features that this release reads and checks, and cannot run: warnings in a check, an error when a run is requested. */
import { type Diagnostic, Diagnostics } from '../diagnostic.ts'
import type { Step } from '../document.ts'
import { isAvailableTrigger } from '../grammar/trigger-grammar.ts'
import { descriptorOf } from '../steps/step-kinds.ts'
import type { CheckContext } from './check-context.ts'
import { findUnavailableProvider, type NotYet, notYet } from './not-yet.ts'

/** Returns the warnings, and reports them as well. */
export const findNotYet = (context: CheckContext): Diagnostic[] => {
  const own = new Diagnostics(context.diagnostics.source)
  const found = [
    ...findInTop(context),
    ...findInModels(context),
    ...context.index.steps.flatMap(({ step }) => findInStep(step, context)),
  ]
  for (const { range, message } of found)
    for (const list of [own, context.diagnostics]) list.warning('not_available_yet', range, message, HINT)
  return own.toList()
}

const HINT = "it is checked like everything else; 'run' refuses the workflow until then"

const findInTop = ({ workflow: { triggers, mcp, runsOn } }: CheckContext): NotYet[] => [
  ...triggers
    .filter(({ kind }) => !isAvailableTrigger(kind))
    .map(({ kind, target }) => notYet(target.range, `the trigger '${kind}'`)),
  ...[...mcp].map(([name, { range }]) => notYet(range, `the MCP server '${name}'`)),
  ...(runsOn === undefined || runsOn.value === 'local' ? [] : [notYet(runsOn.range, AGENTS)]),
]

const AGENTS = 'running steps on agents'

const findInModels = (context: CheckContext): NotYet[] =>
  [...context.workflow.models].flatMap(([alias, { value }]) => {
    if (context.models.isReplaced(alias)) return []
    return value.flatMap((model) => findUnavailableProvider(model, context.catalogue))
  })

const findInStep = (step: Step, context: CheckContext): NotYet[] => [
  ...(step.runsOn !== undefined && step.runsOn.value !== 'local' ? [notYet(step.runsOn.range, AGENTS)] : []),
  ...(descriptorOf(step).notYet?.(step, context) ?? []),
]
