/**
 * Lowering: a checked document becomes the config of an XState machine, as plain JSON. One state a step; what a step
 * means to the host (actor, policy) stands in its plan, what it means to the machine in transitions, guards `when` and the
 * action `record`. Each foreach body is a machine of its own, run once an item.
 */
import { CANCELLED, COMPLETED, FAILED } from '../core/machine-ends.ts'
import type { ForeachStep, Step, Workflow } from './document.ts'
import { type BlockContext, lowerDo, lowerForeach, lowerLoop, lowerParallel, lowerSwitch } from './lower/block.ts'
import type { Places, Surroundings } from './lower/exit.ts'
import { lowerEffect, lowerFail, lowerWait } from './lower/leaf.ts'
import { OUTPUT, record, type StateConfig, when } from './lower/state-config.ts'
import { childLists } from './step-place.ts'

/** Counts the changes in how journals of the same definition fold; stands in every `created` row. */
export const LOWERING_VERSION = 1

export interface MachineConfig extends StateConfig {
  id: string
  /** The backstop against a cycle of eventless transitions that the compiler missed. */
  options: { maxIterations: number }
}

export interface LoweredWorkflow {
  root: MachineConfig
  /** The machines of foreach bodies, by the id of the foreach. */
  bodies: ReadonlyMap<string, MachineConfig>
}

export const lowerWorkflow = (workflow: Workflow, places: Places): LoweredWorkflow => ({
  root: lowerMachine(workflow.name.value, workflow.steps, places),
  bodies: new Map(
    findForeachSteps(workflow.steps).map((step) => [step.id.value, lowerMachine(step.id.value, step.steps, places)]),
  ),
})

const lowerMachine = (id: string, steps: readonly Step[], places: Places): MachineConfig => {
  const lowerList = (list: readonly Step[], around: Surroundings): Record<string, StateConfig> =>
    Object.fromEntries(list.map((step) => [step.id.value, lowerStep(step, { places, around, lowerList })]))
  return {
    id,
    options: { maxIterations: 20_000 },
    initial: steps[0]?.id.value ?? OUTPUT,
    on: {
      CANCEL: [{ target: `#${CANCELLED}`, actions: [record({ op: 'cancel' })] }],
      BUDGET_EXCEEDED: [{ target: `#${FAILED}`, actions: [record({ op: 'budget' })] }],
    },
    states: {
      ...lowerList(steps, {
        exit: { target: `#${OUTPUT}`, actions: [] },
        fault: { target: `#${FAILED}`, actions: [], through: [] },
      }),
      [OUTPUT]: {
        id: OUTPUT,
        entry: [record({ op: 'output' })],
        always: [{ target: `#${FAILED}`, guard: when({ step: '', is: 'faulted' }) }, { target: `#${COMPLETED}` }],
      },
      [COMPLETED]: { id: COMPLETED, type: 'final' },
      [FAILED]: { id: FAILED, type: 'final' },
      [CANCELLED]: { id: CANCELLED, type: 'final' },
    },
  }
}

const lowerStep = (step: Step, context: BlockContext): StateConfig => {
  switch (step.kind) {
    case 'do':
      return lowerDo(step, context)
    case 'foreach':
      return lowerForeach(step, context)
    case 'loop':
      return lowerLoop(step, context)
    case 'switch':
      return lowerSwitch(step, context)
    case 'parallel':
      return lowerParallel(step, context)
    case 'wait':
      return step.wait.kind === 'event' ? lowerEffect(step, context) : lowerWait(step, context)
    case 'fail':
      return lowerFail(step, context)
    default:
      return lowerEffect(step, context)
  }
}

const findForeachSteps = (steps: readonly Step[]): ForeachStep[] =>
  steps.flatMap((step) => [
    ...(step.kind === 'foreach' ? [step] : []),
    ...childLists(step).flatMap((list) => findForeachSteps(list.steps)),
  ])
