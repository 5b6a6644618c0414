import { createFold } from '../../src/runtime/fold.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { openLine, STEPS_IN_LINE } from '../line-workflow.ts'
import type { Workload } from '../workload.ts'

const REPEATS = 3_000

/** The cost of one step of the pure fold, without host and journal; and bare Node's own spread, by a fixed piece of work. */
export const fold: Workload = {
  id: 'fold',
  title: 'one step of the fold',
  note: 'no host, no journal',
  measure: async () => {
    const { workflow } = openLine(createMemoryStore())
    const { start, step } = createFold(workflow.root.machine)
    const run = { id: 'r', started_at: '2026-01-01T00:00:00.000Z' }
    const input = { run, input: {}, env: {}, at: 0, outer: null, item: null, index: 0 }
    const walk = (): void => {
      let [snapshot] = start(input)
      for (let index = 0; index < STEPS_IN_LINE; index++) {
        const actorId = `step_${index}`
        const event = { type: `xstate.done.actor.${actorId}`, actorId, output: { text: 'x' }, at: 1 }
        ;[snapshot] = step(snapshot, event)
      }
    }
    return [
      { metric: 'fold', unit: 'µs/step', value: timeEach(walk, REPEATS) / (STEPS_IN_LINE + 1) },
      { metric: 'bare Node, sort 1,000 numbers', unit: 'µs', value: timeEach(sortNumbers, REPEATS) },
    ]
  },
}

const NUMBERS = Array.from({ length: 1000 }, (_, index) => (index * 7919) % 1009)

const sortNumbers = (): void => {
  NUMBERS.toSorted((a, b) => a - b)
}

/** Microseconds a call, after a warm-up. */
const timeEach = (work: () => void, times: number): number => {
  for (let warm = 0; warm < times / 2; warm++) work()
  const started = performance.now()
  for (let done = 0; done < times; done++) work()
  return ((performance.now() - started) / times) * 1000
}
