/** Performs the steps that XState's machine of a workflow enters. A RunState of its own drives each, with the scopes below it. */
import {
  type AnyActorRef,
  assign,
  type CallbackActorLogic,
  type EventObject,
  fromCallback,
  fromTransition,
  setup,
  spawnChild,
} from 'xstate'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { LinkedStep } from '../compiler/link/linked-step.ts'
import type { MachineEvent } from '../compiler/link/machine-event.ts'
import { type MachineContext, PENDING } from '../compiler/machine-context.ts'
import { Defect } from '../core/defect.ts'
import type { FaultData } from '../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts'
import { COMPLETED, compensatedBlock, UNDO } from '../core/machine-ends.ts'
import type { UndoCall } from '../machines/undo.ts'
import { UndoStack } from '../runtime/scope/undo-stack.ts'
import { toAnswered } from './answered-workflow.ts'
import { type DriverPorts, StateDriver } from './state-driver.ts'

/** Its id is that of the step. */
export type StepLogic = CallbackActorLogic<EventObject, { step: string }>

/** A step that a machine has entered. */
interface EnteredStep {
  step: string
  /** Context of the machine when it entered the step. */
  context: MachineContext
  /** Aborted when the machine leaves the step, or is stopped. */
  signal: AbortSignal
}

/** Gives the event that ends a step. */
type Perform = (entered: EnteredStep) => Promise<MachineEvent>

/** Creates the logic of every kind of step, and the logic that undoes completed steps. */
export const createStepLogics = (
  compiled: CompiledWorkflow,
  ports: DriverPorts,
): { step: StepLogic; undo: StepLogic } => {
  const record = new UndoRecord(compiled.root.steps)
  const drive: Perform = async ({ step, context, signal }) => {
    const driven = toAnswered(compiled)
    const root = { ...driven.workflow.root, machine: createStepMachine(step, context) }
    const driver = new StateDriver(
      { ...driven, workflow: { ...driven.workflow, root } },
      {
        ports,
        onUndo: (call) => record.of(context).add(call),
        onUndone: (call) => record.of(context).remove(call),
      },
    )
    signal.addEventListener('abort', () => driver.stop(), { once: true })
    const { run, input, env } = context
    const { output } = await driver.run({ id: run.id, input, env })
    return toEvent(step, output)
  }
  return { step: toLogic(drive, record), undo: toLogic(createUndo(drive, record), record) }
}

/**
 * Makes calls of the record, the last first, one after the other: all of them, or those of a block. A call that fails does not keep the
 * others from being made.
 */
const createUndo =
  (drive: Perform, record: UndoRecord): Perform =>
  async ({ step, context, signal }) => {
    const undone: JsonObject[] = []
    const calls = record.take(context, step)
    for (const [index, call] of calls.entries()) {
      if (signal.aborted) {
        record.of(context).putBack(calls.slice(index))
        break
      }
      const fault = 'fault' in call.call ? call.call.fault : (await drive(toUndoStep(call, { context, signal }))).error
      undone.push({ path: call.path, visit: call.visit, ...(fault === undefined ? {} : { fault }) })
    }
    return { type: `xstate.done.actor.${step}`, actorId: step, output: undone, at: Date.now() }
  }

const toUndoStep = (
  { path, visit, plan, key, call }: UndoCall,
  { context, signal }: Omit<EnteredStep, 'step'>,
): EnteredStep => {
  const step = `${UNDO}/${path}`
  const input = 'input' in call ? call.input : null
  const entered = { kind: 'input' as const, input, plan, ...(key === undefined ? {} : { key }) }
  const record = { ...PENDING, visits: visit, entries: visit, entered }
  return { step, signal, context: { ...context, steps: { [step]: record } } }
}

/** Its events tell, as those of a run do, when a step ended and how often it was tried; the event of a promise would not. */
const toLogic = (perform: Perform, record: UndoRecord): StepLogic =>
  fromCallback(({ self, sendBack }) => {
    const step = self.id
    const machine = self._parent
    if (machine === undefined) throw new Defect(`J4: step '${step}' started without a machine`)
    const context = contextOfActor(machine)
    record.collect(context)
    const abort = new AbortController()
    const tell = (event: MachineEvent): void => {
      if (abort.signal.aborted) return
      sendBack(event)
      record.collect(contextOfActor(machine))
    }
    perform({ step, context, signal: abort.signal }).then(tell, (thrown) =>
      tell({ type: `xstate.error.actor.${step}`, actorId: step, error: toDefect(thrown), at: Date.now() }),
    )
    return () => abort.abort()
  })

/** XState gives an actor no other access to what its parent has evaluated for it. */
const contextOfActor = (machine: AnyActorRef): MachineContext =>
  (machine.getSnapshot() as { context: MachineContext }).context

const toEvent = (step: string, output: JsonValue): MachineEvent => {
  if (isJsonObject(output) && typeof output.type === 'string') return { ...output, type: output.type }
  throw new Defect(`J4: step '${step}' ended without an event`)
}

const toDefect = (thrown: unknown): FaultData => ({
  code: 'defect',
  message: thrown instanceof Error ? thrown.message : String(thrown),
  retryable: false,
})

const inert = fromTransition((state: undefined) => state, undefined)

/**
 * Creates the machine of a RunState for one step that XState has entered: it starts the step with the context of XState's machine, and
 * completes with the event that ends the step as its output.
 */
const createStepMachine = (step: string, context: MachineContext) =>
  setup({
    types: {} as { context: MachineContext; events: MachineEvent },
    actors: { effect: inert },
    actions: {
      start: spawnChild('effect', { id: step }),
      end: assign(({ event }) => ({ output: { ...event } })),
    },
  }).createMachine({
    // The machine of XState has its own entries in the undo record.
    context: { ...context, undo: null },
    initial: 'started',
    states: {
      started: {
        entry: 'start',
        on: {
          'xstate.done.actor.*': { target: COMPLETED, actions: 'end' },
          'xstate.error.actor.*': { target: COMPLETED, actions: 'end' },
        },
      },
      [COMPLETED]: { type: 'final' },
    },
  })

/**
 * Keeps the calls that undo completed steps, in the order of completion, over the machine of XState and the items below it. One run is
 * one object `run` in the contexts of its machines.
 */
class UndoRecord {
  readonly #stacks = new WeakMap<MachineContext['run'], UndoStack>()
  readonly #steps: ReadonlyMap<string, LinkedStep>

  /** @param steps Those of the root machine. */
  constructor(steps: ReadonlyMap<string, LinkedStep>) {
    this.#steps = steps
  }

  of({ run }: Pick<MachineContext, 'run'>): UndoStack {
    const stack = this.#stacks.get(run) ?? new UndoStack()
    this.#stacks.set(run, stack)
    return stack
  }

  /** Adds the entries that the root machine has made since the last call. */
  collect({ run, undo }: MachineContext): void {
    this.of({ run }).collect(run, { path: '', undo: undo ?? null })
  }

  /** Takes the calls that a state of the machine makes, the last first. */
  take(context: MachineContext, state: string): UndoCall[] {
    const step = compensatedBlock(state)
    const stack = this.of(context)
    return step === undefined
      ? stack.takeAll()
      : stack.takeBlock({ path: '', step, within: this.#steps.get(step)?.within ?? [] })
  }
}
