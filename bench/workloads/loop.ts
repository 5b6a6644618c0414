import { createHeapStore } from '../../src/store/heap-store.ts'
import { openWorkflow } from '../opened-workflow.ts'
import { timeRuns } from '../pace.ts'
import { LOOP } from '../sources.ts'
import type { Workload } from '../workload.ts'

export const loop: Workload = {
  id: 'W2',
  note: 'a loop of 100 steps with a condition; not durable',
  measure: async () => {
    const { run, close } = openWorkflow(createHeapStore(), LOOP)
    const value = await timeRuns(() => run({ times: 100 }))
    await close()
    return [{ metric: 'memory store', unit: 'ms', value }]
  },
}
