import { type OpenedWorkflow, openWorkflow } from '../opened-workflow.ts'
import { timeOnce, warmUp } from '../pace.ts'
import { medianOf } from '../rows.ts'
import { GROWING_LOOP, LOOP } from '../sources.ts'
import { DURABLE_NOTE, openDurableStore, withFolder } from '../stores.ts'
import type { Figure, Workload } from '../workload.ts'

const SIZES = [100, 1_000, 10_000]
/** So many steps are measured of each size, in so many runs at least, and the middle run is taken. */
const STEPS = 5_000
const RUNS = 3
/** Text that a step adds: 200 bytes. */
export const ADDED_TEXT = 'x'.repeat(200)

/** Shows how the cost of a step depends on the number of steps before it, and on the size of their outputs. */
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
        ...(await measureSizes(', state grows', (times) => growing.run({ times, text: ADDED_TEXT }))),
      ]
      await closeBoth(fixed, growing)
      return figures
    }),
}

/** Microseconds a step. */
export const measureSizes = async (
  name: string,
  run: (times: number) => Promise<void>,
  { sizes = SIZES, steps = STEPS }: { sizes?: readonly number[]; steps?: number } = {},
): Promise<Figure[]> => {
  const figures: Figure[] = []
  await warmUp(() => run(WARM_UP_TIMES))
  for (const times of sizes) {
    const taken: number[] = []
    const runs = Math.max(RUNS, steps / times)
    for (let done = 0; done < runs; done++) taken.push(await timeOnce(() => run(times)))
    figures.push({ metric: `${times} times${name}`, unit: 'µs', value: (medianOf(taken) * 1000) / times })
  }
  return figures
}

const WARM_UP_TIMES = 200

const closeBoth = async (first: OpenedWorkflow, second: OpenedWorkflow): Promise<void> => {
  await first.close()
  await second.close().catch(() => {})
}
