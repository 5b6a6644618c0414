/** A step of a workflow as an actor of XState: what its machine invokes, and the event by which it ends. */
import { type AnyActorRef, type CallbackActorLogic, type EventObject, fromCallback } from 'xstate'
import type { MachineEvent } from '../compiler/link/machine-event.ts'
import type { MachineContext } from '../compiler/machine-context.ts'
import { Defect } from '../core/defect.ts'
import type { FaultData } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import type { Outcome } from '../runtime/run-event.ts'

/** Its id is that of the step. */
export type StepLogic = CallbackActorLogic<EventObject, { step: string }>

/** A step that a machine has entered. */
export interface StepCall {
  step: string
  /** Of the machine, as it was then. */
  context: MachineContext
  input: JsonValue
  key: string | undefined
  /** Of what is performed for a step and is no step itself, the id of its plan; else that of the step. */
  plan: string
  /** Aborted when the machine leaves the step, or is stopped. */
  signal: AbortSignal
}

/** How a step ended, with what a machine keeps of it. */
export type StepEnd = Outcome & { attempts?: number }

/** XState gives an actor no other way to what its parent has evaluated for it. */
export const contextOfActor = (machine: AnyActorRef): MachineContext =>
  (machine.getSnapshot() as { context: MachineContext }).context

/**
 * Not a promise: its events say, as those of a run do, when a step ended and how often it was tried.
 * @param onTold Is called with the machine when a step has begun or ended.
 */
export const toLogic = (
  perform: (call: StepCall) => Promise<StepEnd>,
  onTold: (machine: AnyActorRef | undefined) => void = () => {},
): StepLogic =>
  fromCallback(({ self, sendBack }) => {
    const step = self.id
    onTold(self._parent)
    const context = self._parent && contextOfActor(self._parent)
    const entered = context?.steps[step]?.entered
    if (context === undefined || entered?.kind !== 'input')
      throw new Defect(`J4: step '${step}' started without an input`)
    const { input, key, plan = step } = entered
    const abort = new AbortController()
    const tell = (end: StepEnd): void => {
      if (abort.signal.aborted) return
      sendBack(toEvent(step, end))
      onTold(self._parent)
    }
    perform({ step, context, input, key, plan, signal: abort.signal }).then(tell, (thrown) =>
      tell({ fault: toDefect(thrown) }),
    )
    return () => abort.abort()
  })

const toEvent = (step: string, end: StepEnd): MachineEvent => {
  const { attempts, ...outcome } = end
  const told = { actorId: step, at: Date.now(), ...(attempts === undefined ? {} : { attempts }) }
  if ('output' in outcome) return { type: `xstate.done.actor.${step}`, output: outcome.output, ...told }
  const { fault, ...origin } = outcome
  return { type: `xstate.error.actor.${step}`, error: fault, ...origin, ...told }
}

const toDefect = (thrown: unknown): FaultData => ({
  code: 'defect',
  message: thrown instanceof Error ? thrown.message : String(thrown),
  retryable: false,
})
