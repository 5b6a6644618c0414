/**
 * Needs of a run, which a process must have to perform it: secrets, providers of models, tools. A server claims a run only if it has them, so that the
 * run waits for one that has.
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { StepPlan } from '../compiler/plan.ts'
import { toProviderName } from '../core/llm.ts'
import type { Needs } from '../store/queue-store.ts'

const NEED_KINDS = ['secret', 'provider', 'tool'] as const

type NeedKind = (typeof NEED_KINDS)[number]

export interface Need {
  kind: NeedKind
  name: string
}

const known = new WeakMap<CompiledWorkflow, Needs>()

/** Needs of a workflow and all that it calls, sorted: `provider openai`, `secret TOKEN`, `tool http.get`. */
export const toNeeds = (workflow: CompiledWorkflow): Needs => {
  const needs = known.get(workflow) ?? listNeeds(workflow)
  known.set(workflow, needs)
  return needs
}

const listNeeds = (workflow: CompiledWorkflow): Needs => {
  const plans = listFamily(workflow).flatMap((one) => [...one.plans.values()])
  const needs = [...workflow.secrets.map((name): Need => ({ kind: 'secret', name })), ...plans.flatMap(toOwnNeeds)]
  return [...new Set(needs.map(({ kind, name }) => `${kind} ${name}`))].toSorted()
}

const listFamily = (workflow: CompiledWorkflow): CompiledWorkflow[] => [
  workflow,
  ...[...workflow.children.values()].flatMap(listFamily),
]

const toOwnNeeds = ({ kind, actor, models }: StepPlan): Need[] => {
  if (kind === 'tool') return [{ kind, name: actor }]
  // With several providers the order of the models decides what happens where one is missing.
  const providers = [...new Set(models.map(toProviderName))]
  return kind === 'llm' && providers.length === 1 ? providers.map((name) => ({ kind: 'provider', name })) : []
}

/** Undefined for a kind of a newer release, which this one can't have. */
export const parseNeed = (text: string): Need | undefined => {
  const end = text.indexOf(' ')
  const kind = NEED_KINDS.find((one) => one === text.slice(0, end))
  return kind && { kind, name: text.slice(end + 1) }
}
