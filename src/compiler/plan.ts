/** What the host needs to know of a step that it performs: which actor, under which policy. Resolved against the catalogue. */
import type { JsonSchema } from '../core/json-schema.ts'
import type { RetryPolicy } from '../core/retry-policy.ts'
import type { Catalogue, ToolEntry } from './catalogue.ts'
import type { LlmStep, Step, Workflow } from './document.ts'
import { findSecretPlaces, type SecretPlace } from './expression/secret-places.ts'
import { toRetryPolicy } from './link/linked-step.ts'
import type { Places } from './lower/exit.ts'

export interface StepPlan {
  id: string
  kind: Step['kind']
  /** `tool`: the tool's name; `llm`: `provider/name`; `workflow`: the name or path it calls; else the kind. */
  actor: string
  /** Of a model step: its models in fallback order; elsewhere empty. */
  models: readonly string[]
  /** The part of the actor's input that does not depend on the run; merged over what entering the step evaluated. */
  fixed: Readonly<Record<string, unknown>>
  /** Where a secret stands in the input that entering the step evaluates: only there is it resolved. */
  secrets: readonly SecretPlace[]
  writes: boolean
  /** Of one attempt. Null: none. */
  timeoutMs: number | null
  retry: RetryPolicy
  onLost: 'retry' | 'fail'
  /** What the output must match, beyond the actor's own schema. */
  returns: JsonSchema | undefined
  foreach: { concurrency: number; onItemError: 'stop' | 'skip' | 'collect' } | undefined
  /** Of a model step with tools: each turn and each call is an effect with a plan of its own, `ID/turn` and `ID/TOOL`. */
  toolLoop: { tools: readonly string[]; maxTurns: number } | undefined
}

/** Of an actor step that names none. */
const DEFAULT_TIMEOUT_MS = 300_000

/** How often reading steps are tried; all others once. */
const READING_ATTEMPTS = 3

export interface PlanOptions {
  catalogue: Catalogue
  workflow: Workflow
  /** Alias to `provider/name`, in place of what the file says. */
  models: Readonly<Record<string, string>>
}

export const planSteps = (places: Places, options: PlanOptions): ReadonlyMap<string, StepPlan> =>
  new Map(
    [...places.values()]
      .flatMap(({ step }) => {
        const plan = planStep(step, options)
        return plan.toolLoop === undefined ? [plan] : [plan, ...planToolLoop(plan, options)]
      })
      .map((plan) => [plan.id, plan]),
  )

/** The effects of a model step with tools. Its `retry` and `timeout` are those of each turn; a call has the defaults of its tool. */
const planToolLoop = (plan: StepPlan, { catalogue }: PlanOptions): StepPlan[] => {
  const tools = (plan.toolLoop?.tools ?? []).map((name): [string, ToolEntry | undefined] => [
    name,
    catalogue.tools.get(name),
  ])
  const specs = tools.map(([name, entry]) => ({
    name,
    description: entry?.description ?? '',
    input: entry?.input ?? {},
  }))
  const turn: StepPlan = { ...plan, id: `${plan.id}/turn`, toolLoop: undefined, fixed: { ...plan.fixed, tools: specs } }
  const calls = tools.map(([name, entry]): StepPlan => {
    const writes = entry?.writes ?? true
    return {
      ...plan,
      id: `${plan.id}/${name}`,
      kind: 'tool',
      actor: name,
      models: [],
      fixed: {},
      writes,
      timeoutMs: DEFAULT_TIMEOUT_MS,
      retry: toRetryPolicy(undefined, writes ? 1 : READING_ATTEMPTS),
      onLost: writes ? 'fail' : 'retry',
      returns: undefined,
      toolLoop: undefined,
    }
  })
  return [turn, ...calls]
}

/** Of `max_turns`, when the step names none. */
const DEFAULT_MAX_TURNS = 10

const planStep = (step: Step, options: PlanOptions): StepPlan => {
  const writes = isWriting(step, options)
  return {
    id: step.id.value,
    kind: step.kind,
    actor: actorOf(step, options),
    models: step.kind === 'llm' ? modelsOf(step, options) : [],
    fixed: step.kind === 'llm' ? fixedOf(step) : {},
    secrets: 'with' in step && step.with !== undefined ? findSecretPlaces(step.with) : [],
    writes,
    timeoutMs:
      step.timeoutMs?.value ?? (step.kind === 'workflow' || step.kind === 'foreach' ? null : DEFAULT_TIMEOUT_MS),
    retry: toRetryPolicy(step.retry, writes ? 1 : READING_ATTEMPTS),
    onLost: step.onLost?.value ?? (writes && step.kind !== 'code' && step.key === undefined ? 'fail' : 'retry'),
    returns: 'returns' in step ? step.returns?.value : undefined,
    foreach:
      step.kind === 'foreach'
        ? { concurrency: step.concurrency.value, onItemError: step.onItemError.value }
        : undefined,
    toolLoop:
      step.kind === 'llm' && step.tools !== undefined
        ? { tools: step.tools.map(({ value }) => value), maxTurns: step.maxTurns?.value ?? DEFAULT_MAX_TURNS }
        : undefined,
  }
}

/** Memory counts as reading: its writes carry a version, so that doing them twice is safe. */
const isWriting = (step: Step, { catalogue, workflow }: PlanOptions): boolean => {
  if (step.kind === 'llm' || step.kind === 'memory') return false
  if (step.kind !== 'tool') return true
  const preset = workflow.presets.get(step.tool.value)
  return catalogue.tools.get(preset?.tool.value ?? step.tool.value)?.writes ?? true
}

const actorOf = (step: Step, options: PlanOptions): string => {
  if (step.kind === 'tool') return step.tool.value
  if (step.kind === 'memory') return `memory.${step.operation.value}`
  if (step.kind === 'workflow') return step.workflow.value
  return step.kind === 'llm' ? (modelsOf(step, options)[0] ?? '') : step.kind
}

const fixedOf = (step: LlmStep): Record<string, unknown> => ({
  ...(step.returns === undefined ? {} : { returns: step.returns.value }),
  ...(step.stream === undefined ? {} : { stream: step.stream.value }),
})

/** `provider/name` of a step's models: its alias as overridden, else as the file has it, else the name itself. */
const modelsOf = ({ model }: LlmStep, { workflow, models }: Omit<PlanOptions, 'catalogue'>): readonly string[] => {
  const override = models[model.value]
  if (override !== undefined) return [override]
  return workflow.models.get(model.value)?.value.map(({ value }) => value) ?? [model.value]
}
