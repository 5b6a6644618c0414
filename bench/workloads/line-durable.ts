import { openWorkflow } from '../opened-workflow.ts'
import { measurePace } from '../pace.ts'
import { LINE, STEPS_IN_LINE } from '../sources.ts'
import { DURABLE_NOTE, openDurableStore, withFolder } from '../stores.ts'
import type { Workload } from '../workload.ts'

export const lineDurable: Workload = {
  id: 'W4',
  note: `10 steps in a line; ${DURABLE_NOTE}`,
  measure: () =>
    withFolder(async (folder) => {
      const { run, close } = openWorkflow(await openDurableStore(folder), LINE)
      const sequential = await measurePace(run, { atOnce: 1 })
      const concurrent = await measurePace(run, { atOnce: 100 })
      await close()
      return [
        { metric: 'sequential', unit: 'runs/s', value: sequential },
        { metric: '100 at once', unit: 'runs/s', value: concurrent },
        { metric: 'a step, sequential', unit: 'µs', value: 1e6 / sequential / (STEPS_IN_LINE + 1) },
        { metric: 'a step, 100 at once', unit: 'µs', value: 1e6 / concurrent / (STEPS_IN_LINE + 1) },
      ]
    }),
}
