/**
 * Plans the steps of a workflow, and the calls that are not steps of their own: those of a model with tools, and those
 * of `undo`.
 */
import { READ_ITEMS, WRITE_RESULTS } from '../core/item-file.ts'
import { fixedBound } from './bound.ts'
import type { Step, ValueNode } from './document.ts'
import { toRetryPolicy } from './link/linked-step.ts'
import { linkPreset, secretPlacesOf, withoutGiven } from './link/preset-call.ts'
import { type PlanOptions, type StepPlan, toPartPlan, toUndoPlan } from './plan.ts'
import { descriptorOf } from './steps/step-kinds.ts'

/** Timeout of an attempt of an actor step that names none. */
const DEFAULT_TIMEOUT_MS = 300_000

/** Attempts of steps that only read; all others have one. */
const READING_ATTEMPTS = 3

/** Parts that only some plans have. */
const NO_PARTS = {
  models: [],
  fixed: {},
  faults: [],
  returns: undefined,
  form: undefined,
  count: undefined,
  foreach: undefined,
  preset: undefined,
  toolLoop: undefined,
} as const

export const planSteps = (options: PlanOptions): ReadonlyMap<string, StepPlan> =>
  new Map(
    [...options.places.values()]
      .flatMap(({ step }) => {
        const plan = planStep(step, options)
        return [
          plan,
          ...(plan.toolLoop === undefined ? [] : planToolLoop(plan, options)),
          ...planParts(plan),
          ...(step.undo === undefined ? [] : [planUndo(step, step.undo, options)]),
        ]
      })
      .map((plan) => [plan.id, plan]),
  )

/**
 * Plans the effects of a model step with tools. Its `retry` and `timeout` apply to each turn; a call has the defaults
 * of its tool.
 */
const planToolLoop = (plan: StepPlan, options: PlanOptions): StepPlan[] => {
  const names = plan.toolLoop?.tools ?? []
  const specs = names.map((name) => describeTool(name, options))
  const turn: StepPlan = { ...plan, id: `${plan.id}/turn`, toolLoop: undefined, fixed: { ...plan.fixed, tools: specs } }
  return [turn, ...names.map((name) => planCall(`${plan.id}/${name}`, { tool: name }, options))]
}

/** Plans what a foreach itself needs. A page may be read again, and a batch of results be written again. */
const planParts = ({ id, foreach }: StepPlan): StepPlan[] => [
  ...(foreach?.file === undefined ? [] : [planPart(toPartPlan(id, 'read'), { actor: READ_ITEMS, writes: false })]),
  ...(foreach?.writesResults ? [planPart(toPartPlan(id, 'write'), { actor: WRITE_RESULTS, writes: true })] : []),
]

/** Codes of the faults of a file. */
const FILE_FAULTS = ['not_found', 'unauthorized', 'conflict', 'unavailable']

const planPart = (id: string, { actor, writes }: Pick<StepPlan, 'actor' | 'writes'>): StepPlan => ({
  id,
  ...NO_PARTS,
  kind: 'foreach',
  actor,
  secrets: [],
  writes,
  faults: FILE_FAULTS,
  timeoutMs: DEFAULT_TIMEOUT_MS,
  retry: toRetryPolicy(undefined, READING_ATTEMPTS),
  onLost: 'retry',
})

/** Describes a tool to a model; for a preset, without the part of the input that the preset gives. */
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

/**
 * The step's key makes the undoing call repeatable too. Approval is skipped: a failed run must not wait for a person to
 * end.
 */
const planUndo = (step: Step, { tool, with: input }: NonNullable<Step['undo']>, options: PlanOptions): StepPlan => {
  const isKeyed = step.key !== undefined
  const plan = planCall(toUndoPlan(step.id.value), { tool: tool.value, input, isKeyed }, options)
  return plan.preset === undefined ? plan : { ...plan, preset: { ...plan.preset, needsApproval: () => false } }
}

/** Plans a call of a tool that is not a step of its own, with the defaults of the tool. */
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
    ...NO_PARTS,
    kind: 'tool',
    actor,
    secrets: secretPlacesOf(input, preset),
    writes,
    timeoutMs: DEFAULT_TIMEOUT_MS,
    retry: toRetryPolicy(undefined, isSafe ? READING_ATTEMPTS : 1),
    onLost: isSafe ? 'retry' : 'fail',
    preset: preset && linkPreset(tool, preset, places),
  }
}

const planStep = (step: Step, options: PlanOptions): StepPlan => {
  const { isRepeatable = false, ...own } = descriptorOf(step).plan?.(step, options) ?? {}
  const writes = own.writes ?? true
  return {
    id: step.id.value,
    kind: step.kind,
    actor: step.kind,
    ...NO_PARTS,
    secrets: secretPlacesOf('with' in step ? step.with : undefined),
    writes,
    retry: toRetryPolicy(step.retry, writes ? 1 : READING_ATTEMPTS),
    onLost: step.onLost?.value ?? (writes && !isRepeatable && step.key === undefined ? 'fail' : 'retry'),
    ...own,
    timeoutMs: fixedBound(step.timeoutMs) ?? (own.timeoutMs === undefined ? DEFAULT_TIMEOUT_MS : own.timeoutMs),
  }
}
