/**
 * Lowering: converts a checked document to the config of an XState machine, as plain JSON. One state a step: the plan
 * of a step says what it means to the host (actor, policy), its transitions, guards `when` and actions `record` what it
 * means to the machine. Each foreach body is a machine of its own, run once an item.
 */
import {
  CANCELLED,
  COMPLETED,
  END_STATUSES,
  type EndStatus,
  FAILED,
  FINALLY,
  FINALLY_MS,
  FINISHED,
  UNDO,
} from '../core/machine-ends.ts'
import type { Step, StepOf, Workflow } from './document.ts'
import { firstOf, type LowerList } from './lower/block.ts'
import { judgement, type ListExits, type Places, toTarget } from './lower/exit.ts'
import { lowerEffect } from './lower/leaf.ts'
import {
  type GuardConfig,
  OUTPUT,
  type RecordParams,
  record,
  type StateConfig,
  type TransitionConfig,
  when,
} from './lower/state-config.ts'
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

export const lowerWorkflow = (workflow: Workflow, places: Places): LoweredWorkflow => {
  const { steps, finalSteps = [] } = workflow
  const undoes = [...places.values()].some(({ step, isFinal }) => step.undo !== undefined && !isFinal)
  return {
    root: lowerMachine(workflow.name.value, { steps, finalSteps, places, undoes }),
    bodies: new Map(
      findForeachSteps([...steps, ...finalSteps]).map(({ id, steps: body }) => [
        id.value,
        lowerMachine(id.value, { steps: body, finalSteps: [], places, undoes: false }),
      ]),
    ),
  }
}

interface LoweredSteps {
  steps: readonly Step[]
  /** Steps that run before each end of the machine. */
  finalSteps: readonly Step[]
  places: Places
  /** True if a failed or cancelled run passes through the state that undoes. */
  undoes: boolean
}

const lowerMachine = (id: string, { steps, finalSteps, places, undoes }: LoweredSteps): MachineConfig => {
  const hasFinally = finalSteps.length > 0
  const endBy = (status: EndStatus): Ending =>
    hasFinally
      ? { target: toTarget(FINALLY), actions: [record({ op: 'begin_finally', status })] }
      : { target: toTarget(ENDS[status]), actions: [] }
  const endBadly = (status: EndStatus): Ending => (undoes ? { target: toTarget(UNDO), actions: [] } : endBy(status))
  const lowerList = (list: readonly Step[], around: ListExits): Record<string, StateConfig> =>
    Object.fromEntries(
      list.flatMap((step) => [
        [step.id.value, (descriptorOf(step).lower ?? lowerEffect)(step, { places, around, lowerList })],
        ...Object.entries(judgement(step, { places, around })),
      ]),
    )
  const failed = endBadly('failed')
  const cancelled = endBadly('cancelled')
  return {
    id,
    options: { maxIterations: 20_000 },
    initial: steps[0]?.id.value ?? OUTPUT,
    on: {
      CANCEL: [{ target: cancelled.target, actions: [record({ op: 'cancel' }), ...cancelled.actions] }],
      BUDGET_EXCEEDED: [{ target: failed.target, actions: [record({ op: 'budget' }), ...failed.actions] }],
    },
    states: {
      ...lowerList(steps, {
        exit: { target: toTarget(OUTPUT), actions: [] },
        fault: { ...failed, through: [] },
      }),
      [OUTPUT]: {
        id: OUTPUT,
        entry: [record({ op: 'output' })],
        always: [toTransition(failed, FAULTED), toTransition(endBy('completed'))],
      },
      ...(undoes
        ? { [UNDO]: lowerUndo([toTransition(endBy('failed'), FAULTED), toTransition(endBy('cancelled'))]) }
        : {}),
      ...(hasFinally ? lowerFinally(finalSteps, lowerList) : {}),
      [COMPLETED]: { id: COMPLETED, type: 'final' },
      [FAILED]: { id: FAILED, type: 'final' },
      [CANCELLED]: { id: CANCELLED, type: 'final' },
    },
  }
}

type Ending = ListExits['exit']

const ENDS: Readonly<Record<EndStatus, string>> = { completed: COMPLETED, failed: FAILED, cancelled: CANCELLED }

const FAULTED = when({ step: '', is: 'faulted' })

const toTransition = ({ target, actions }: Ending, guard?: GuardConfig): TransitionConfig => ({
  target,
  ...(guard === undefined ? {} : { guard }),
  ...(actions.length === 0 ? {} : { actions }),
})

/** The host undoes the steps one after the other; no event in between changes how the run ends. */
const lowerUndo = (onward: TransitionConfig[]): StateConfig => ({
  id: UNDO,
  meta: { kind: 'undo' },
  // Without a target, and in place of the machine's own handlers.
  on: { CANCEL: [{}], BUDGET_EXCEEDED: [{}] },
  invoke: { id: UNDO, src: 'undo', input: { step: UNDO }, onDone: onward, onError: onward },
})

/** A fault, a cancel or a limit ends the steps of `finally`. The run ends as it had before them in any case. */
const lowerFinally = (steps: readonly Step[], lowerList: LowerList): Record<string, StateConfig> => {
  const exit = { target: toTarget(FINISHED), actions: [] }
  const endBy = (params: RecordParams): TransitionConfig[] => [{ target: exit.target, actions: [record(params)] }]
  return {
    [FINALLY]: {
      id: FINALLY,
      meta: { kind: 'finally' },
      initial: firstOf(steps),
      on: { CANCEL: endBy({ op: 'cancel' }), BUDGET_EXCEEDED: endBy({ op: 'budget' }) },
      after: { [String(FINALLY_MS)]: endBy({ op: 'time_out_finally' }) },
      states: lowerList(steps, { exit, fault: { ...exit, through: [] } }),
    },
    [FINISHED]: {
      id: FINISHED,
      entry: [record({ op: 'end_finally' })],
      always: END_STATUSES.map((status) => ({
        target: toTarget(ENDS[status]),
        guard: when({ step: '', is: 'ending', status }),
      })),
    },
  }
}

const findForeachSteps = (steps: readonly Step[]): StepOf<'foreach'>[] =>
  steps.flatMap((step) => [
    ...(step.kind === 'foreach' ? [step] : []),
    ...childLists(step).flatMap((list) => findForeachSteps(list.steps)),
  ])
