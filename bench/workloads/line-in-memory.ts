import { createHeapStore } from '../../src/store/heap-store.ts'
import { openWorkflow } from '../opened-workflow.ts'
import { timeRuns } from '../pace.ts'
import { LINE } from '../sources.ts'
import type { Workload } from '../workload.ts'

export const lineInMemory: Workload = {
  id: 'W1',
  note: '10 steps in a line; not durable',
  measure: async () => {
    const { run, close } = openWorkflow(createHeapStore(), LINE)
    const value = await timeRuns(run)
    await close()
    return [{ metric: 'memory store', unit: 'ms', value }]
  },
}
