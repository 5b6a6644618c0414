import { assign, fromTransition, setup, spawnChild } from 'xstate'
import type { MachineEvent } from '../compiler/link/machine-event.ts'
import type { MachineContext } from '../compiler/machine-context.ts'
import { COMPLETED } from '../core/machine-ends.ts'

const inert = fromTransition((state: undefined) => state, undefined)

/**
 * Creates the machine of a RunState for one step that XState has entered: it starts the step with the context of XState's machine, and
 * completes with the event that ends the step as its output.
 */
export const createStepMachine = (step: string, context: MachineContext) =>
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
