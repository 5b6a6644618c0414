/**
 * Undoes the completed steps of a run before it ends badly, or of a block with `compensate`. The machine decides; the runtime performs. It is folded like a workflow's
 * machine and has the same shape: `steps`, `fault` and `output` in its context.
 *
 *   undoing ──call ended──▶ undoing ──nothing left──▶ completed
 *      └──HALT──▶ halting ──call ended──▶ completed
 *
 * Invariants
 * 1. Calls are made one at a time, in the order given: the step that completed last is undone first.
 * 2. Each call is an effect of its own, named by the path of the step that it undoes, so that after a crash no recorded call is
 *    made again.
 * 3. A call that fails is reported in the output. It does not keep the others from being made.
 * 4. Once halted, it makes no further call: those left stay in the context.
 */
import { assign, enqueueActions, fromTransition, setup } from 'xstate'
import type { FaultData } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import { COMPLETED } from '../core/machine-ends.ts'
import type { EffectRecord } from './tool-loop-context.ts'

/** One call to make, in the order in which they are made. */
export interface UndoCall {
  /** Path of the step that is undone: names the effect. */
  path: string
  visit: number
  /** The plan of the call. */
  plan: string
  call: { input: JsonValue } | { fault: FaultData }
  key?: string
}

/** Result of one call; `fault`: the step could not be undone. */
export type Undone = {
  path: string
  visit: number
  fault?: FaultData
}

export interface UndoContext {
  at: number
  calls: readonly UndoCall[]
  steps: Record<string, EffectRecord>
  fault: null
  output: Undone[]
  undo: null
}

type UndoEvent = {
  type: `xstate.done.actor.${string}` | `xstate.error.actor.${string}` | 'HALT'
  at?: number
  actorId?: string
  error?: FaultData
}

const inert = fromTransition((state: undefined) => state, undefined)

export const undoMachine = setup({
  types: {} as { context: UndoContext; input: { calls: readonly UndoCall[]; at: number }; events: UndoEvent },
  actors: { effect: inert },
  actions: {
    call: enqueueActions(({ context, enqueue }) => {
      const next = context.calls[0]
      if (next === undefined || !('input' in next.call)) return
      const { path, visit, plan, key, call } = next
      const entered = { kind: 'input' as const, input: call.input, plan, ...(key === undefined ? {} : { key }) }
      enqueue.assign({ steps: { [path]: { visits: visit, calls: 0, entered } } })
      enqueue.spawnChild('effect', { id: path })
    }),
    report: assign(({ context, event }) => report(context, 'error' in event ? event.error : undefined)),
    reportUnready: assign(({ context }) => report(context, unreadyFault(context))),
  },
  guards: {
    isDone: ({ context }) => context.calls.length === 0,
    isUnready: ({ context }) => unreadyFault(context) !== undefined,
  },
}).createMachine({
  id: 'undo',
  context: ({ input }) => ({ at: input.at, calls: input.calls, steps: {}, fault: null, output: [], undo: null }),
  initial: 'undoing',
  states: {
    undoing: {
      entry: 'call',
      always: [
        { guard: 'isDone', target: COMPLETED },
        { guard: 'isUnready', target: 'undoing', reenter: true, actions: 'reportUnready' },
      ],
      on: {
        'xstate.done.actor.*': { target: 'undoing', reenter: true, actions: 'report' },
        'xstate.error.actor.*': { target: 'undoing', reenter: true, actions: 'report' },
        HALT: 'halting',
      },
    },
    halting: {
      on: {
        'xstate.done.actor.*': { target: COMPLETED, actions: 'report' },
        'xstate.error.actor.*': { target: COMPLETED, actions: 'report' },
      },
    },
    [COMPLETED]: { type: 'final' },
  },
})

/** The fault of the next call, if its input could not be evaluated when its step completed. */
const unreadyFault = ({ calls: [next] }: UndoContext): FaultData | undefined =>
  next !== undefined && 'fault' in next.call ? next.call.fault : undefined

const report = ({ calls, output }: UndoContext, fault: FaultData | undefined): Partial<UndoContext> => {
  const [made, ...left] = calls
  if (made === undefined) return {}
  const { path, visit } = made
  return { calls: left, output: [...output, { path, visit, ...(fault === undefined ? {} : { fault }) }] }
}
