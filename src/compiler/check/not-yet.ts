/** What this release reads and checks, and can't run: warnings here, an error when a run is asked for. */
import type { Catalogue } from '../catalogue.ts'
import { type Diagnostic, Diagnostics } from '../diagnostic.ts'
import type { Located, Step, StepKind, Workflow } from '../document.ts'
import type { Range } from '../source.ts'
import type { ModelNames } from './models.ts'
import type { StepIndex } from './step-index.ts'
import { isRemoteStep, type ToolNames } from './tools.ts'

export interface NotYetContext {
  workflow: Workflow
  index: StepIndex
  catalogue: Catalogue
  models: ModelNames
  tools: ToolNames
  diagnostics: Diagnostics
}

/** The warnings, which it reports as well. */
export const findNotYet = (context: NotYetContext): Diagnostic[] => {
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

interface NotYet {
  range: Range
  message: string
}

const notYet = (range: Range, what: string): NotYet => ({ range, message: `${what} comes in a later release` })

const findInTop = ({ workflow: { triggers, mcp, runsOn } }: NotYetContext): NotYet[] => [
  ...triggers
    .filter(({ kind }) => kind !== 'schedule')
    .map(({ kind, target }) => notYet(target.range, `the trigger '${kind}'`)),
  ...[...mcp].map(([name, { range }]) => notYet(range, `the MCP server '${name}'`)),
  ...(runsOn === undefined || runsOn.value === 'local' ? [] : [notYet(runsOn.range, AGENTS)]),
]

const AGENTS = 'running steps on agents'

const findInModels = (context: NotYetContext): NotYet[] =>
  [...context.workflow.models].flatMap(([alias, { value }]) => {
    if (context.models.isReplaced(alias)) return []
    return value.flatMap((model) => findProvider(model, context))
  })

const findProvider = ({ value, range }: Located<string>, { catalogue }: NotYetContext): NotYet[] => {
  const provider = catalogue.providers.get(value.slice(0, value.indexOf('/')))
  return provider === undefined || provider.available ? [] : [notYet(range, `the provider '${provider.name}'`)]
}

const KINDS: ReadonlySet<StepKind> = new Set(['code', 'memory'])

const findInStep = (step: Step, context: NotYetContext): NotYet[] => [
  ...(KINDS.has(step.kind) ? [notYet(step.kindRange, `'${step.kind}'`)] : []),
  ...(step.runsOn !== undefined && step.runsOn.value !== 'local' ? [notYet(step.runsOn.range, AGENTS)] : []),
  ...findInKind(step, context),
]

const findInKind = (step: Step, context: NotYetContext): NotYet[] => {
  if (step.kind === 'tool') {
    const tool = isRemoteStep(step, context.workflow) ? undefined : context.tools.resolve(step.tool.value)
    const entry = tool?.kind === 'known' || tool?.kind === 'preset' ? tool.entry : undefined
    const isMissing = entry !== undefined && !entry.available
    return isMissing ? [notYet(step.tool.range, `the tool '${step.tool.value}'`)] : []
  }
  if (step.kind !== 'llm') return []
  const { model, conversation } = step
  return [
    ...(context.models.isAlias(model.value) ? [] : findProvider(model, context)),
    ...(conversation === undefined ? [] : [notYet(conversation.range, "'conversation'")]),
  ]
}
