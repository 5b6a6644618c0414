import { createMemoryStore } from '../../src/store/memory-store.ts'
import { openWorkflow } from '../opened-workflow.ts'
import { measurePace } from '../pace.ts'
import { LINE } from '../sources.ts'
import type { Workload } from '../workload.ts'

export const lineInMemory: Workload = {
  id: 'W1',
  note: '10 steps in a line; not durable',
  measure: async () => {
    const { run, close } = openWorkflow(createMemoryStore(), LINE)
    await measurePace(run, { runs: 300, atOnce: 1 })
    const perSecond = await measurePace(run, { runs: 1000, atOnce: 1 })
    await close()
    return [{ metric: 'memory store', unit: 'ms', value: 1000 / perSecond }]
  },
}
