import { type OpenedWorkflow, openWorkflow } from '../opened-workflow.ts'
import { timeOnce } from '../pace.ts'
import { medianOf } from '../rows.ts'
import { GROWING_LOOP, LOOP } from '../sources.ts'
import { DURABLE_NOTE, openDurableStore, withFolder } from '../stores.ts'
import type { Figure, Workload } from '../workload.ts'

const SIZES = [
  { times: 100, repeats: 20 },
  { times: 1_000, repeats: 5 },
  { times: 10_000, repeats: 1 },
]
/** 200 bytes a step. */
const TEXT = 'x'.repeat(200)

/** Whether the cost of a step depends on how many came before it, and on the size of what they left. */
export const growingLoop: Workload = {
  id: 'W7',
  note: `a loop that grows; ${DURABLE_NOTE}`,
  measure: () =>
    withFolder(async (folder) => {
      const store = await openDurableStore(folder)
      const fixed = openWorkflow(store, LOOP)
      const growing = openWorkflow(store, GROWING_LOOP)
      const figures = [
        ...(await measureSizes('', (times) => fixed.run({ times }))),
        ...(await measureSizes(', state grows', (times) => growing.run({ times, text: TEXT }))),
      ]
      await closeBoth(fixed, growing)
      return figures
    }),
}

const measureSizes = async (name: string, run: (times: number) => Promise<void>): Promise<Figure[]> => {
  const figures: Figure[] = []
  for (let warm = 0; warm < 3; warm++) await run(1_000)
  for (const { times, repeats } of SIZES) {
    const taken: number[] = []
    for (let repeat = 0; repeat < repeats; repeat++) taken.push(await timeOnce(() => run(times)))
    figures.push({ metric: `${times} times${name}`, unit: 'µs', value: (medianOf(taken) * 1000) / times })
  }
  return figures
}

const closeBoth = async (first: OpenedWorkflow, second: OpenedWorkflow): Promise<void> => {
  await first.close()
  await second.close().catch(() => {})
}
