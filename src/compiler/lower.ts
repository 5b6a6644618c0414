/**
 * Lowering: converts a checked document to the config of an XState machine, as plain JSON. One state a step: the plan
 * of a step says what it means to the host (actor, policy), its transitions, guards `when` and actions `record` what it
 * means to the machine. Each foreach body is a machine of its own, run once an item.
 */
import { CANCELLED, COMPLETED, FAILED, UNDO } from '../core/machine-ends.ts'
import type { Step, StepOf, Workflow } from './document.ts'
import type { ListExits, Places } from './lower/exit.ts'
import { lowerEffect } from './lower/leaf.ts'
import { OUTPUT, record, type StateConfig, when } from './lower/state-config.ts'
import { childLists } from './place-steps.ts'
import { descriptorOf } from './steps/step-kinds.ts'

/** Version of how journals of the same definition fold; stands in every `created` row. */
export const LOWERING_VERSION = 1

export interface MachineConfig extends StateConfig {
  id: string
  /** Backstop against a cycle of eventless transitions that the compiler missed. */
  options: { maxIterations: number }
}

export interface LoweredWorkflow {
  root: MachineConfig
  /** The machines of foreach bodies, by the id of the foreach. */
  bodies: ReadonlyMap<string, MachineConfig>
}

export const lowerWorkflow = (workflow: Workflow, places: Places): LoweredWorkflow => ({
  root: lowerMachine(workflow.name.value, {
    steps: workflow.steps,
    places,
    undoes: [...places.values()].some(({ step }) => step.undo !== undefined),
  }),
  bodies: new Map(
    findForeachSteps(workflow.steps).map(({ id, steps }) => [
      id.value,
      lowerMachine(id.value, { steps, places, undoes: false }),
    ]),
  ),
})

interface LoweredSteps {
  steps: readonly Step[]
  places: Places
  /** True if a failed or cancelled run passes through the state that undoes. */
  undoes: boolean
}

const lowerMachine = (id: string, { steps, places, undoes }: LoweredSteps): MachineConfig => {
  const failed = `#${undoes ? UNDO : FAILED}`
  const lowerList = (list: readonly Step[], around: ListExits): Record<string, StateConfig> =>
    Object.fromEntries(
      list.map((step) => [
        step.id.value,
        (descriptorOf(step).lower ?? lowerEffect)(step, { places, around, lowerList }),
      ]),
    )
  return {
    id,
    options: { maxIterations: 20_000 },
    initial: steps[0]?.id.value ?? OUTPUT,
    on: {
      CANCEL: [{ target: `#${undoes ? UNDO : CANCELLED}`, actions: [record({ op: 'cancel' })] }],
      BUDGET_EXCEEDED: [{ target: failed, actions: [record({ op: 'budget' })] }],
    },
    states: {
      ...lowerList(steps, {
        exit: { target: `#${OUTPUT}`, actions: [] },
        fault: { target: failed, actions: [], through: [] },
      }),
      [OUTPUT]: {
        id: OUTPUT,
        entry: [record({ op: 'output' })],
        always: [{ target: failed, guard: when({ step: '', is: 'faulted' }) }, { target: `#${COMPLETED}` }],
      },
      ...(undoes ? { [UNDO]: lowerUndo() } : {}),
      [COMPLETED]: { id: COMPLETED, type: 'final' },
      [FAILED]: { id: FAILED, type: 'final' },
      [CANCELLED]: { id: CANCELLED, type: 'final' },
    },
  }
}

/** The host undoes the steps one after the other; no event in between changes how the run ends. */
const lowerUndo = (): StateConfig => {
  const onward = [{ target: `#${FAILED}`, guard: when({ step: '', is: 'faulted' }) }, { target: `#${CANCELLED}` }]
  return {
    id: UNDO,
    meta: { kind: 'undo' },
    // Without a target, and in place of the machine's own handlers.
    on: { CANCEL: [{}], BUDGET_EXCEEDED: [{}] },
    invoke: { id: UNDO, src: 'undo', input: { step: UNDO }, onDone: onward, onError: onward },
  }
}

const findForeachSteps = (steps: readonly Step[]): StepOf<'foreach'>[] =>
  steps.flatMap((step) => [
    ...(step.kind === 'foreach' ? [step] : []),
    ...childLists(step).flatMap((list) => findForeachSteps(list.steps)),
  ])
