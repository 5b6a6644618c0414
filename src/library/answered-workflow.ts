/**
 * Prepares a workflow for plain XState, which has no inbox: steps that people and events end become calls, which the program answers,
 * and no limit of steps is kept.
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { LinkedStep, StartWay } from '../compiler/link/linked-step.ts'
import type { PresetCall } from '../compiler/link/preset-call.ts'
import type { LinkedMachine } from '../compiler/link.ts'
import type { StepPlan } from '../compiler/plan.ts'

export interface AnsweredWorkflow {
  /** Nothing in it opens a wait or emits an event. */
  workflow: CompiledWorkflow
  /** How each answered step started before, by its id. */
  answered: ReadonlyMap<string, AnsweredWay>
  /** Presets that may ask before a call, by plan. */
  presets: ReadonlyMap<string, PresetCall>
}

export type AnsweredWay = Extract<StartWay, 'approval' | 'event' | 'emit'>

const known = new WeakMap<CompiledWorkflow, AnsweredWorkflow>()

export const toAnswered = (compiled: CompiledWorkflow): AnsweredWorkflow => {
  const found = known.get(compiled) ?? prepare(compiled)
  known.set(compiled, found)
  return found
}

const prepare = (compiled: CompiledWorkflow): AnsweredWorkflow => {
  const { root, bodies, plans, limits } = compiled
  const machines = [root, ...bodies.values()]
  return {
    workflow: {
      ...compiled,
      root: withCalls(root),
      bodies: new Map([...bodies].map(([id, body]) => [id, withCalls(body)])),
      plans: new Map([...plans].map(([id, plan]) => [id, withoutApproval(plan)])),
      limits: { ...limits, steps: Number.POSITIVE_INFINITY },
    },
    presets: new Map([...plans].flatMap(([id, { preset }]) => (preset === undefined ? [] : [[id, preset] as const]))),
    answered: new Map(
      machines.flatMap(({ steps }) =>
        [...steps].flatMap(([id, { start }]) => (isAnswered(start) ? [[id, start] as const] : [])),
      ),
    ),
  }
}

const isAnswered = (start: StartWay | undefined): start is AnsweredWay =>
  start === 'approval' || start === 'event' || start === 'emit'

const withCalls = (machine: LinkedMachine): LinkedMachine => ({
  ...machine,
  steps: new Map(
    [...machine.steps].map(([id, step]): [string, LinkedStep] => [
      id,
      isAnswered(step.start) ? { ...step, start: 'call' } : step,
    ]),
  ),
})

/** The driver asks before it makes the call. */
const withoutApproval = (plan: StepPlan): StepPlan =>
  plan.preset === undefined ? plan : { ...plan, preset: { ...plan.preset, needsApproval: () => false } }
