/** What the host needs to know of a step that it performs: which actor, under which policy. Resolved against the catalogue. */
import type { JsonSchema } from '../core/json-schema.ts'
import type { RetryPolicy } from '../core/retry-policy.ts'
import type { SecretPlace } from '../core/secret-place.ts'
import type { Catalogue } from './catalogue.ts'
import type { LlmStep, Preset, Step, ValueNode, Workflow } from './document.ts'
import { findSecretPlaces } from './expression/secret-places.ts'
import { toRetryPolicy } from './link/linked-step.ts'
import { givenFields, linkPreset, type PresetCall, withoutGiven } from './link/preset-call.ts'
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
  /** Of an `approve` step: JSON Schema of what the person fills in. */
  form: JsonSchema | undefined
  foreach: { concurrency: number; onItemError: 'stop' | 'skip' | 'collect' } | undefined
  /** Where the call is one of a preset: what it adds, and who has to agree. */
  preset: PresetCall | undefined
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
  places: Places
}

export const planSteps = (options: PlanOptions): ReadonlyMap<string, StepPlan> =>
  new Map(
    [...options.places.values()]
      .flatMap(({ step }) => {
        const plan = planStep(step, options)
        return [
          plan,
          ...(plan.toolLoop === undefined ? [] : planToolLoop(plan, options)),
          ...(step.undo === undefined ? [] : [planUndo(step, step.undo, options)]),
        ]
      })
      .map((plan) => [plan.id, plan]),
  )

/** The effects of a model step with tools. Its `retry` and `timeout` are those of each turn; a call has the defaults of its tool. */
const planToolLoop = (plan: StepPlan, options: PlanOptions): StepPlan[] => {
  const names = plan.toolLoop?.tools ?? []
  const specs = names.map((name) => describeTool(name, options))
  const turn: StepPlan = { ...plan, id: `${plan.id}/turn`, toolLoop: undefined, fixed: { ...plan.fixed, tools: specs } }
  return [turn, ...names.map((name) => planCall(`${plan.id}/${name}`, { tool: name }, options))]
}

/** What a model is told of a tool: of a preset without the part of the input that is given already. */
const describeTool = (name: string, { workflow, catalogue }: PlanOptions) => {
  const preset = workflow.presets.get(name)
  const entry = catalogue.tools.get(preset?.tool.value ?? name)
  const input = entry?.input ?? {}
  return {
    name,
    description: preset?.description?.value ?? entry?.description ?? '',
    input: preset === undefined ? input : withoutGiven(input, preset),
  }
}

/** The step's key makes the undoing call repeatable too. Nobody is asked: a run that has failed must not wait for a person to end. */
const planUndo = (step: Step, { tool, with: input }: NonNullable<Step['undo']>, options: PlanOptions): StepPlan => {
  const isKeyed = step.key !== undefined
  const plan = planCall(toUndoPlan(step.id.value), { tool: tool.value, input, isKeyed }, options)
  return plan.preset === undefined ? plan : { ...plan, preset: { ...plan.preset, needsApproval: () => false } }
}

/** The plan of the call that undoes a step. */
export const toUndoPlan = (step: string): string => `${step}--undo`

/** A call of a tool that is not a step of its own, under the defaults of its tool. */
const planCall = (
  id: string,
  { tool, input, isKeyed = false }: { tool: string; input?: ValueNode | undefined; isKeyed?: boolean },
  { catalogue, workflow, places }: PlanOptions,
): StepPlan => {
  const preset = workflow.presets.get(tool)
  const actor = preset?.tool.value ?? tool
  const writes = catalogue.tools.get(actor)?.writes ?? true
  const isSafe = !writes || isKeyed
  return {
    id,
    kind: 'tool',
    actor,
    models: [],
    fixed: {},
    secrets: secretPlacesOf(input, preset),
    writes,
    timeoutMs: DEFAULT_TIMEOUT_MS,
    retry: toRetryPolicy(undefined, isSafe ? READING_ATTEMPTS : 1),
    onLost: isSafe ? 'retry' : 'fail',
    returns: undefined,
    form: undefined,
    foreach: undefined,
    preset: preset && linkPreset(tool, preset, places),
    toolLoop: undefined,
  }
}

/** What a preset gives wins over what a call gives, its secrets too. */
const secretPlacesOf = (input: ValueNode | undefined, preset: Preset | undefined): SecretPlace[] => {
  const given = preset?.with === undefined ? [] : findSecretPlaces(preset.with)
  const names = new Set(preset === undefined ? [] : givenFields(preset))
  const own = input === undefined ? [] : findSecretPlaces(input)
  return [...own.filter(({ path }) => !names.has(String(path[0]))), ...given]
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
    secrets: secretPlacesOf('with' in step ? step.with : undefined, presetOf(step, options)),
    writes,
    timeoutMs:
      step.timeoutMs?.value ?? (step.kind === 'workflow' || step.kind === 'foreach' ? null : DEFAULT_TIMEOUT_MS),
    retry: toRetryPolicy(step.retry, writes ? 1 : READING_ATTEMPTS),
    onLost: step.onLost?.value ?? (writes && step.kind !== 'code' && step.key === undefined ? 'fail' : 'retry'),
    returns: 'returns' in step ? step.returns?.value : undefined,
    form: step.kind === 'approve' ? step.form?.value : undefined,
    foreach:
      step.kind === 'foreach'
        ? { concurrency: step.concurrency.value, onItemError: step.onItemError.value }
        : undefined,
    preset: planPreset(step, options),
    toolLoop:
      step.kind === 'llm' && step.tools !== undefined
        ? { tools: step.tools.map(({ value }) => value), maxTurns: step.maxTurns?.value ?? DEFAULT_MAX_TURNS }
        : undefined,
  }
}

const presetOf = (step: Step, { workflow }: PlanOptions): Preset | undefined =>
  step.kind === 'tool' ? workflow.presets.get(step.tool.value) : undefined

const planPreset = (step: Step, options: PlanOptions): PresetCall | undefined => {
  const preset = presetOf(step, options)
  return preset && step.kind === 'tool' ? linkPreset(step.tool.value, preset, options.places) : undefined
}

/** Memory counts as reading: its writes carry a version, so that doing them twice is safe. */
const isWriting = (step: Step, options: PlanOptions): boolean => {
  if (step.kind === 'llm' || step.kind === 'memory') return false
  if (step.kind !== 'tool') return true
  return options.catalogue.tools.get(actorOf(step, options))?.writes ?? true
}

const actorOf = (step: Step, options: PlanOptions): string => {
  if (step.kind === 'tool') return presetOf(step, options)?.tool.value ?? step.tool.value
  if (step.kind === 'memory') return `memory.${step.operation.value}`
  if (step.kind === 'workflow') return step.workflow.value
  return step.kind === 'llm' ? (modelsOf(step, options)[0] ?? '') : step.kind
}

const fixedOf = (step: LlmStep): Record<string, unknown> => ({
  ...(step.returns === undefined ? {} : { returns: step.returns.value }),
  ...(step.stream === undefined ? {} : { stream: step.stream.value }),
  ...(step.cacheMs === undefined || step.cacheMs.value === 0 ? {} : { cache_ms: step.cacheMs.value }),
})

/** `provider/name` of a step's models: its alias as overridden, else as the file has it, else the name itself. */
const modelsOf = ({ model }: LlmStep, { workflow, models }: PlanOptions): readonly string[] => {
  const override = models[model.value]
  if (override !== undefined) return [override]
  return workflow.models.get(model.value)?.value.map(({ value }) => value) ?? [model.value]
}
