import { createMemoryStore } from '../../src/store/memory-store.ts'
import { openWorkflow } from '../opened-workflow.ts'
import { measurePace } from '../pace.ts'
import { LOOP } from '../sources.ts'
import type { Workload } from '../workload.ts'

export const loop: Workload = {
  id: 'W2',
  note: 'a loop of 100 steps with a condition; not durable',
  measure: async () => {
    const { run, close } = openWorkflow(createMemoryStore(), LOOP)
    const once = (): Promise<void> => run({ times: 100 })
    await measurePace(once, { runs: 50, atOnce: 1 })
    const perSecond = await measurePace(once, { runs: 150, atOnce: 1 })
    await close()
    return [{ metric: 'memory store', unit: 'ms', value: 1000 / perSecond }]
  },
}
