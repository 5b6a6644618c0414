/** Fault codes that steps may end with, as far as walks distinguish them. */
import { errorCases } from '../../compiler/check/jumps.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Step } from '../../compiler/document.ts'
import { placeSteps } from '../../compiler/place-steps.ts'
import { listPartPlans, toUndoPlan } from '../../compiler/plan.ts'
import { descriptorOf, STEP_KINDS } from '../../compiler/steps/step-kinds.ts'
import { FAULT_CODES, UNMATCHABLE_FAULT_CODES } from '../../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../core/json.ts'
import { findMentions } from './mentions.ts'

export interface PossibleFaults {
  /** First the codes that something around the step names, then the usual codes of its kind. */
  all: readonly string[]
  /** One code for each way on: those that something around the step names, and one that nothing names. */
  leading: readonly string[]
  /** Faults for which conditions of `on_error` on details hold. */
  detailed: readonly DetailedFault[]
}

export interface DetailedFault {
  code: string
  details: JsonObject
}

/** Codes of blocks and decisions. An effect ends with one only if it is a child run that passes it on. */
const BLOCK_CODES: readonly string[] = [
  'loop_exhausted',
  'visits_exhausted',
  'join_failed',
  'expression_failed',
  'rejected',
]

const PERFORMED_CODES: ReadonlySet<string> = new Set(
  FAULT_CODES.filter((code) => !BLOCK_CODES.includes(code) && !UNMATCHABLE_FAULT_CODES.includes(code)),
)

const TROUPES: ReadonlySet<string> = new Set(FAULT_CODES)

export const findFaults = (workflow: CompiledWorkflow): ReadonlyMap<string, PossibleFaults> =>
  new Map(
    [...placeSteps(workflow.workflow)].flatMap(([id, { step, ancestors }]): [string, PossibleFaults][] => {
      const named = [...new Set([...ancestors, step].flatMap(namedBy))]
      const usual = usualFaults(step, workflow)
      const possible = named.filter((code) => PERFORMED_CODES.has(code) || usual.includes(code))
      const other = [...usual, 'tool_failed'].find((code) => !named.includes(code))
      const faults = {
        all: [...new Set([...possible, ...usual])],
        leading: [...possible, ...(other === undefined ? [] : [other])],
        detailed: [...ancestors, step].flatMap(conditionsOf).flatMap((condition) => toDetailed(condition, other)),
      }
      const tools = workflow.plans.get(id)?.toolLoop?.tools ?? []
      return [
        [id, faults],
        [`${id}/turn`, faults],
        ...(step.undo === undefined ? [] : [[toUndoPlan(id), CALL] as [string, PossibleFaults]]),
        ...listPartPlans(id, workflow.plans).map((part): [string, PossibleFaults] => [part.id, faults]),
        ...tools.map((name): [string, PossibleFaults] => [`${id}/${name}`, CALL]),
      ]
    }),
  )

/** Faults of a tool that a model called, or that undoes a step: the caller receives any of them in the same way. */
const CALL: PossibleFaults = { all: STEP_KINDS.tool.faults?.usual ?? [], leading: ['tool_failed'], detailed: [] }

const namedBy = (step: Step): string[] => [
  ...errorCases(step).flatMap(({ code }) => code?.value ?? []),
  ...conditionsOf(step).flatMap((condition) => codeIn(condition) ?? []),
  ...(step.retry?.on ?? []).map(({ value }) => value),
]

const conditionsOf = (step: Step): string[] => errorCases(step).flatMap(({ when }) => when?.text ?? [])

/** The code that a condition asks for. */
const codeIn = (condition: string): string | undefined => {
  const mention = findMentions(condition, 'error.code').find(({ path }) => path.length === 0)
  return typeof mention?.values[0] === 'string' ? mention.values[0] : undefined
}

/** Details for which the condition holds, as far as its comparisons show; none if it asks for no details. */
const toDetailed = (condition: string, other = 'tool_failed'): DetailedFault[] => {
  const mentions = findMentions(condition, 'error.details').filter(({ values }) => values.length > 0)
  if (mentions.length === 0) return []
  const details: JsonObject = {}
  for (const { path, values } of mentions) putField(details, path, values[0] ?? null)
  return [{ code: codeIn(condition) ?? other, details }]
}

const putField = (object: JsonObject, [name, ...path]: readonly string[], value: JsonValue): void => {
  if (name === undefined) return
  const inner = ownValue(object, name)
  const field = isJsonObject(inner) ? inner : {}
  object[name] = path.length === 0 ? value : field
  if (path.length > 0) putField(field, path, value)
}

const usualFaults = (step: Step, { plans, children }: CompiledWorkflow): string[] => {
  const { faults, child, detaches } = descriptorOf(step)
  // The faults of a run that the step does not wait for are not those of the step.
  const isAwaited = detaches?.(step) !== true
  const called = isAwaited ? child && children.get(child(step).value) : undefined
  const plan = plans.get(step.id.value)
  const isLost = plan?.onLost === 'fail' && plan.kind === 'tool'
  return [
    ...(called === undefined ? [] : ownCodes(called)),
    ...(isAwaited ? (faults?.usual ?? []) : []),
    ...(plan?.faults ?? []),
    ...listPartPlans(step.id.value, plans).flatMap((part) => part.faults),
    ...(isLost ? ['outcome_unknown'] : []),
  ]
}

/** Codes that a child run passes on: those of its own `fail` steps, of rejected approvals, and of its tools' own. */
const ownCodes = ({ workflow, plans }: CompiledWorkflow): string[] => [
  ...new Set(
    [...placeSteps(workflow)].flatMap(([id, { step }]) => [
      ...(descriptorOf(step).faults?.own?.(step) ?? []),
      ...(plans.get(id)?.faults ?? []).filter((code) => !TROUPES.has(code)),
    ]),
  ),
]
