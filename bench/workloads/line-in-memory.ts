import { createMemoryStore } from '../../src/store/memory-store.ts'
import { measureRuns, openLine } from '../line-workflow.ts'
import type { Workload } from '../workload.ts'

export const lineInMemory: Workload = {
  id: 'W1',
  title: '10 steps in a line, journal in memory',
  note: 'not durable',
  measure: async () => {
    const line = openLine(createMemoryStore())
    await measureRuns(line, { runs: 300, atOnce: 1 })
    const perSecond = await measureRuns(line, { runs: 1000, atOnce: 1 })
    await line.local.close()
    return [{ metric: 'sequential', unit: 'ms/run', value: 1000 / perSecond }]
  },
}
