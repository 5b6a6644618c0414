/**
 * Linking: the lowered configs get their expressions, and become XState machines. Nothing runs here: the actors that a
 * machine invokes are inert, and the host performs what the machine requests (or `machine.provide(…)` gives real
 * actors).
 */
import { type AnyStateMachine, assign, setup } from 'xstate'
import type { JsonValue } from '../core/json.ts'
import type { Step, StepOf, Workflow } from './document.ts'
import { compileExpression, compileValue } from './expression/compile-expression.ts'
import { createBindings, type ExpressionSite } from './link/bindings.ts'
import { holds } from './link/guard.ts'
import { inertActor } from './link/inert-actor.ts'
import { linkStep } from './link/link-step.ts'
import { endingOutput, type LinkedStep } from './link/linked-step.ts'
import type { MachineEvent } from './link/machine-event.ts'
import { type Recorder, recordChange } from './link/record.ts'
import type { Places } from './lower/exit.ts'
import { toTimeoutDelay } from './lower/leaf.ts'
import type { GuardParams, RecordParams } from './lower/state-config.ts'
import type { LoweredWorkflow, MachineConfig } from './lower.ts'
import { type MachineContext, type MachineInput, PENDING, type StepRecord } from './machine-context.ts'
import { type Parts, STEPS_A_PART } from './parts.ts'
import { stepsWithin } from './place-steps.ts'
import { STEP_KINDS } from './steps/step-kinds.ts'

export interface LinkedMachine {
  config: MachineConfig
  machine: AnyStateMachine
  steps: ReadonlyMap<string, LinkedStep>
}

export interface LinkedWorkflow {
  root: LinkedMachine
  /** The machines of foreach bodies, by the id of the foreach. */
  bodies: ReadonlyMap<string, LinkedMachine>
}

export function* linkWorkflow(workflow: Workflow, lowered: LoweredWorkflow, places: Places): Parts<LinkedWorkflow> {
  const root = yield* linkMachine(lowered.root, {
    steps: [...workflow.steps, ...(workflow.finalSteps ?? [])],
    places,
    output: compileRunOutput(workflow, places),
  })
  const bodies = new Map<string, LinkedMachine>()
  for (const [id, config] of lowered.bodies) {
    const step = places.get(id)?.step as StepOf<'foreach'>
    const output = compileItemOutput(step, places)
    bodies.set(id, yield* linkMachine(config, { steps: step.steps, places, output }))
  }
  return { root, bodies }
}

interface LinkedSteps {
  steps: readonly Step[]
  places: Places
  output(context: MachineContext): JsonValue
}

function* linkMachine(config: MachineConfig, { steps, places, output }: LinkedSteps): Parts<LinkedMachine> {
  const linked = new Map<string, LinkedStep>()
  for (const step of steps.flatMap((one) => [one, ...stepsWithin(one)])) {
    linked.set(step.id.value, linkStep(step, places))
    if (linked.size % STEPS_A_PART === 0) yield
  }
  yield
  return { config, steps: linked, machine: createWorkflowMachine(config, { steps: linked, output }) }
}

const createWorkflowMachine = (config: MachineConfig, recorder: Recorder): AnyStateMachine => {
  const records = createRecords(recorder.steps.keys())
  const definition = setup({
    types: {} as { context: MachineContext; events: MachineEvent; input: MachineInput },
    actions: {
      record: assign((happening, params: RecordParams) => recordChange(recorder, happening, params)),
    },
    guards: { when: (happening, params: GuardParams) => holds(recorder.steps, happening, params) },
    delays: createDelays(recorder.steps.values()),
    actors: Object.fromEntries(INVOKED.map((kind) => [kind, inertActor])),
  })
  const context = ({ input }: { input: MachineInput }): MachineContext => ({
    ...input,
    steps: records,
    last: '',
    fault: null,
    output: null,
    undo: null,
  })
  // Lowering wrote the config as data; XState's types can follow only a config in the source.
  const whole = { ...config, context, output: ({ context: { output } }: { context: MachineContext }) => output }
  return definition.createMachine(whole as Parameters<typeof definition.createMachine>[0]) as AnyStateMachine
}

/** Sources that a machine may invoke: any kind, and the undoing of a run or a block. */
const INVOKED: readonly string[] = [...Object.keys(STEP_KINDS), 'undo']

const createRecords = (ids: Iterable<string>): Record<string, StepRecord> =>
  Object.freeze(Object.fromEntries([...ids].map((id) => [id, PENDING])))

/** Delays that a machine can only name: of pauses that the machine itself performs, before the next try of a block, and of timeouts that expressions give. */
const createDelays = (
  steps: Iterable<LinkedStep>,
): Record<string, (happening: { context: MachineContext }) => number> => {
  const delayOf =
    (id: string) =>
    ({ context }: { context: MachineContext }): number => {
      const entered = context.steps[id]?.entered
      return entered?.kind === 'wait' || entered?.kind === 'backoff' ? entered.delayMs : 0
    }
  const timeoutOf =
    (id: string) =>
    ({ context }: { context: MachineContext }): number =>
      context.steps[id]?.bounds?.timeoutMs ?? 0
  return Object.fromEntries(
    [...steps].flatMap(({ id, start, output, retry, bound }) => [
      ...(start === undefined && output === undefined ? [[id, delayOf(id)]] : []),
      ...(retry === undefined ? [] : [[`${id}--backoff`, delayOf(id)]]),
      ...(bound === undefined ? [] : [[toTimeoutDelay(id), timeoutOf(id)]]),
    ]),
  )
}

/** Compiles the `output` of the workflow; without one, the output of the step that ended the run. */
const compileRunOutput = ({ output }: Workflow, places: Places): LinkedSteps['output'] =>
  output === undefined ? endingOutput : compileValue(output, createBindings({ scopes: [], chain: [] }, places))

const compileItemOutput = (step: StepOf<'foreach'>, places: Places): LinkedSteps['output'] => {
  if (step.yields === undefined) return endingOutput
  const place = places.get(step.id.value)
  const site: ExpressionSite = {
    scopes: [...(place?.scopes ?? []), step.id.value],
    chain: [...(place?.ancestors ?? []), step],
  }
  return compileExpression(step.yields, createBindings(site, places))
}
