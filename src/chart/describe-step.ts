/** What a step's box says beside its id. */
import type { ExpressionText, OnError, Preset, Step, ValueNode } from '../compiler/document.ts'
import type { StepPlan } from '../compiler/plan.ts'
import { formatDuration } from '../core/duration.ts'

/** One line: what the step does, and with what. */
export const describeStep = (step: Step, plan: Pick<StepPlan, 'actor'> | undefined): string => {
  switch (step.kind) {
    case 'llm':
      return plan?.actor ?? step.model.value
    case 'tool':
      return step.tool.value
    case 'code':
      return step.language.value
    case 'memory':
      return `memory ${step.operation.value}`
    case 'workflow':
      return `workflow ${step.workflow.value}`
    case 'set':
      return `set ${step.values.entries.map(({ key }) => key.value).join(', ')}`
    case 'wait':
      return describeWait(step.wait)
    case 'approve':
      return `ask: ${valueText(step.title)}`
    case 'emit':
      return `emit ${valueText(step.event)}`
    case 'fail':
      return `fail: ${step.code.value}`
    case 'switch':
      return 'switch'
    case 'parallel':
      return `parallel, ${joinText(step.join)}`
    case 'foreach':
      return `for each ${step.as.value} in ${expressionText(step.items)}`
    case 'loop':
      return `loop, at most ${step.max.value} times`
    case 'do':
      return 'block'
  }
}

export type Presets = ReadonlyMap<string, Preset>

/** Short remarks on how it does that, and on what happens when it can't. */
export const listBadges = (step: Step, presets: Presets): string[] => [
  ...kindBadges(step, presets),
  ...(step.timeoutMs === undefined ? [] : [`timeout ${shortDuration(step.timeoutMs.value)}`]),
  ...(step.retry?.max === undefined ? [] : [count(step.retry.max.value, 'try', 'tries')]),
  ...(step.maxVisits === undefined ? [] : [`at most ${count(step.maxVisits.value, 'visit', 'visits')}`]),
  ...continuedCodes(step.onError).map((code) => (code === '' ? 'goes on if it fails' : `goes on after ${code}`)),
  ...(step.runsOn === undefined ? [] : [placeText(step.runsOn.value)]),
  ...(step.undo === undefined ? [] : [`undo: ${step.undo.tool.value}`]),
]

const kindBadges = (step: Step, presets: Presets): string[] => {
  switch (step.kind) {
    case 'llm': {
      const tools = (step.tools ?? []).map(({ value }) => value)
      const asking = tools.filter((name) => presets.get(name)?.approval !== undefined)
      return [
        ...(tools.length === 0 ? [] : [count(tools.length, 'tool', 'tools')]),
        ...(asking.length === 0 ? [] : [`asks before ${asking.join(', ')}`]),
      ]
    }
    case 'tool':
      return describeApproval(presets.get(step.tool.value)?.approval)
    case 'approve':
      return [
        ...(step.by === undefined ? [] : [`by ${valueText(step.by)}`]),
        ...(step.form === undefined ? [] : [`form: ${Object.keys(step.form.value.properties ?? {}).join(', ')}`]),
      ]
    case 'wait':
      return step.wait.kind === 'event' && step.wait.match !== undefined
        ? [`if ${expressionText(step.wait.match)}`]
        : []
    case 'foreach':
      return [
        `${step.concurrency.value} at once`,
        ...(step.onItemError.value === 'stop' ? [] : [`${ITEM_ERRORS[step.onItemError.value]} failed items`]),
      ]
    case 'loop':
      return step.onMax === 'continue' ? ['then goes on anyway'] : []
    default:
      return []
  }
}

const describeApproval = (approval: Preset['approval']): string[] => {
  if (approval === undefined) return []
  return ['when' in approval ? `asks first if ${expressionText(approval.when)}` : 'asks first']
}

const ITEM_ERRORS = { skip: 'skips', collect: 'collects' } as const

/** The fault codes after which the run goes on as if nothing had been; an empty one stands for all. */
const continuedCodes = (onError: OnError | undefined): string[] => {
  if (onError === undefined) return []
  if (onError.kind === 'all') return onError.action.value === 'continue' ? [''] : []
  return onError.cases.flatMap(({ code, action }) => (action.value === 'continue' ? [code.value] : []))
}

const placeText = (place: NonNullable<Step['runsOn']>['value']): string => {
  if (place === 'local') return 'local'
  return 'agent' in place ? `on ${place.agent}` : `needs ${place.needs.join(', ')}`
}

const describeWait = (wait: Extract<Step, { kind: 'wait' }>['wait']): string => {
  switch (wait.kind) {
    case 'for':
      return `wait ${shortDuration(wait.durationMs.value)}`
    case 'for-expression':
      return `wait ${expressionText(wait.expression)}`
    case 'until':
      return `wait until ${expressionText(wait.expression)}`
    case 'event':
      return `wait for event ${wait.event.value}`
  }
}

const joinText = (join: Extract<Step, { kind: 'parallel' }>['join']): string => {
  if (join.kind === 'all') return 'waits for all branches'
  return join.kind === 'any' ? 'first branch wins' : `waits for ${count(join.count.value, 'branch', 'branches')}`
}

/** An expression on one line. */
export const expressionText = ({ text }: ExpressionText): string => text.replaceAll(/\s+/g, ' ').trim()

const valueText = (value: ValueNode): string => {
  switch (value.kind) {
    case 'literal':
      return String(value.value).replaceAll(/\s+/g, ' ')
    case 'expression':
      return `{${expressionText(value.expression)}}`
    case 'template':
      return value.parts
        .map((part) => (typeof part === 'string' ? part : `{${expressionText(part)}}`))
        .join('')
        .replaceAll(/\s+/g, ' ')
    case 'list':
      return value.items.map(valueText).join(', ')
    default:
      return '…'
  }
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** As a file would say it: `30s` and not `30.0s`. */
const shortDuration = (ms: number): string => {
  const [unit, size] = UNITS.find(([, length]) => ms >= length && ms % length === 0) ?? []
  return unit === undefined || size === undefined ? formatDuration(ms) : `${ms / size}${unit}`
}

const count = (amount: number, one: string, many: string): string => `${amount} ${amount === 1 ? one : many}`
