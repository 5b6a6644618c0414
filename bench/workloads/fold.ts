import { foldOf } from '../../src/runtime/fold.ts'
import { createHeapStore } from '../../src/store/heap-store.ts'
import { timeEach } from '../calibration.ts'
import { openWorkflow } from '../opened-workflow.ts'
import { LINE, STEPS_IN_LINE } from '../sources.ts'
import type { Workload } from '../workload.ts'

const REPEATS = 3_000

/** The cost of one step of the pure fold, without host and journal. */
export const fold: Workload = {
  id: 'fold',
  note: 'the machine alone: no host, no journal',
  measure: async () => {
    const { workflow } = openWorkflow(createHeapStore(), LINE)
    const { start, step } = foldOf(workflow.root.machine)
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
    return [{ metric: 'a step', unit: 'µs', value: timeEach(walk, REPEATS) / (STEPS_IN_LINE + 1) }]
  },
}
