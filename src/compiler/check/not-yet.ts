/** What this release reads and checks, and can't run: warnings here, an error when a run is asked for. */
import type { Catalogue } from '../catalogue.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { Located, Step, StepKind, Workflow } from '../document.ts'
import type { Range } from '../source.ts'
import type { ModelNames } from './models.ts'
import type { StepIndex } from './step-index.ts'
import { isRemoteStep, type ToolNames } from './tools.ts'

export interface NotYet {
  /** What it is, as the workflow spells it: `approve`, `limits.cost_usd`, `ollama/llama3.2`. */
  feature: string
  message: string
  range: Range
  /** Of a model behind an alias: no longer in the way when a run gives the alias another model. */
  alias?: string
}

export interface NotYetContext {
  workflow: Workflow
  index: StepIndex
  catalogue: Catalogue
  models: ModelNames
  tools: ToolNames
  diagnostics: Diagnostics
}

export const findNotYet = (context: NotYetContext): NotYet[] => {
  const found = [
    ...findInTop(context),
    ...findInModels(context),
    ...findInLimits(context),
    ...context.index.steps.flatMap(({ step }) => findInStep(step, context)),
  ]
  for (const { range, message } of found) context.diagnostics.warning('not_available_yet', range, message, HINT)
  return found
}

const HINT = "it is checked like everything else; 'run' refuses the workflow until then"

const notYet = (feature: string, range: Range, what = `'${feature}'`): NotYet => ({
  feature,
  range,
  message: `${what} comes in a later release`,
})

const findInTop = ({ workflow: { triggers, mcp, presets, flow, runsOn } }: NotYetContext): NotYet[] => [
  ...triggers.map(({ kind, target }) => notYet('triggers', target.range, `the trigger '${kind}'`)),
  ...[...mcp].map(([name, { range }]) => notYet('mcp', range, `the MCP server '${name}'`)),
  ...[...presets].map(([name, { tool }]) => notYet('tools', tool.range, `the tool preset '${name}'`)),
  ...(flow === undefined ? [] : [notYet('flow', flow.range)]),
  ...(runsOn === undefined || runsOn.value === 'local' ? [] : [notYet('runs_on', runsOn.range, AGENTS)]),
]

const AGENTS = 'running steps on agents'

const findInModels = (context: NotYetContext): NotYet[] =>
  [...context.workflow.models].flatMap(([alias, { value, range }]) => [
    ...(value.length > 1 ? [{ ...notYet('models', range, 'a fallback order of models'), alias }] : []),
    ...value.flatMap((model) => findProvider(model, context).map((found) => ({ ...found, alias }))),
  ])

const findProvider = ({ value, range }: Located<string>, { catalogue }: NotYetContext): NotYet[] => {
  const provider = catalogue.providers.get(value.slice(0, value.indexOf('/')))
  return provider === undefined || provider.available ? [] : [notYet(value, range, `the provider '${provider.name}'`)]
}

/** A limit on cost or tokens can be kept as long as all models are the mock's, which count and cost nothing. */
const findInLimits = ({ workflow: { limits, models }, index }: NotYetContext): NotYet[] => {
  const named = index.steps.flatMap(({ step }) => (step.kind === 'llm' ? [step.model.value] : []))
  const all = [...[...models.values()].flatMap(({ value }) => value.map((model) => model.value)), ...named]
  if (all.every((name) => models.has(name) || name.startsWith('mock/'))) return []
  return [
    ...(limits.costUsd === undefined ? [] : [notYet('limits.cost_usd', limits.costUsd.range)]),
    ...(limits.tokens === undefined ? [] : [notYet('limits.tokens', limits.tokens.range)]),
  ]
}

const KINDS: ReadonlySet<StepKind> = new Set(['approve', 'code', 'emit', 'memory', 'workflow'])

const findInStep = (step: Step, context: NotYetContext): NotYet[] => [
  ...(KINDS.has(step.kind) ? [notYet(step.kind, step.kindRange)] : []),
  ...(step.undo === undefined ? [] : [notYet('undo', step.undo.tool.range)]),
  ...(step.runsOn !== undefined && step.runsOn.value !== 'local' ? [notYet('runs_on', step.runsOn.range, AGENTS)] : []),
  ...findInKind(step, context),
]

const findInKind = (step: Step, context: NotYetContext): NotYet[] => {
  if (step.kind === 'tool') {
    const tool = isRemoteStep(step, context.workflow) ? undefined : context.tools.resolve(step.tool.value)
    const isMissing = tool?.kind === 'known' && !tool.entry.available
    return isMissing ? [notYet(step.tool.value, step.tool.range, `the tool '${step.tool.value}'`)] : []
  }
  if (step.kind === 'wait')
    return step.wait.kind === 'event' ? [notYet('wait.event', step.wait.event.range, 'waiting for an event')] : []
  if (step.kind !== 'llm') return []
  const { model, tools, images, cacheMs, conversation } = step
  return [
    ...(context.workflow.models.has(model.value) ? [] : findProvider(model, context)),
    ...(tools?.[0] === undefined ? [] : [notYet('llm.tools', tools[0].range, "'tools' of a model")]),
    ...(images === undefined ? [] : [notYet('llm.images', images.range, "'images' of a model")]),
    ...(cacheMs === undefined ? [] : [notYet('llm.cache', cacheMs.range, "'cache'")]),
    ...(conversation === undefined ? [] : [notYet('llm.conversation', conversation.range, "'conversation'")]),
  ]
}
