/** XState by itself, with live actors and no journal: what Troupe is built on. */
import { assign, createActor, fromPromise, setup, toPromise } from 'xstate'
import { timeRuns } from '../pace.ts'
import type { Workloads } from '../workload.ts'
import { answer } from './model.ts'
import { STEPS } from './work.ts'

const ask = fromPromise(({ input }: { input: string }) => answer(input))

const line = setup({
  types: {} as { context: { text: string } },
  actors: { ask },
}).createMachine({
  context: { text: 'start' },
  initial: 'step_0',
  states: {
    ...Object.fromEntries(
      Array.from({ length: STEPS }, (_, index) => [
        `step_${index}`,
        {
          invoke: {
            src: 'ask' as const,
            input: ({ context }: { context: { text: string } }) => context.text,
            onDone: {
              target: index + 1 === STEPS ? 'done' : `step_${index + 1}`,
              actions: assign({ text: ({ event }: { event: unknown }) => (event as { output: string }).output }),
            },
          },
        },
      ]),
    ),
    done: { type: 'final' },
  },
} as never)

const loop = setup({
  types: {} as { context: { count: number } },
  actors: { ask },
  guards: { isOver: ({ context }) => context.count >= 99 },
  actions: { count: assign({ count: ({ context }) => context.count + 1 }) },
}).createMachine({
  context: { count: 0 },
  initial: 'ask',
  states: {
    ask: {
      invoke: {
        src: 'ask',
        input: () => 'go on',
        onDone: [
          { guard: 'isOver', target: 'done' },
          { target: 'ask', reenter: true, actions: 'count' },
        ],
      },
    },
    done: { type: 'final' },
  },
})

const run = (machine: typeof line | typeof loop): Promise<unknown> => {
  const actor = createActor(machine as typeof loop)
  actor.start()
  return toPromise(actor)
}

export const XSTATE: Workloads = {
  W1: {
    id: 'W1',
    note: 'live actors alone',
    measure: async () => [{ metric: 'no store', unit: 'ms', value: await timeRuns(() => run(line)) }],
  },
  W2: {
    id: 'W2',
    note: 'live actors alone',
    measure: async () => [{ metric: 'no store', unit: 'ms', value: await timeRuns(() => run(loop)) }],
  },
}
