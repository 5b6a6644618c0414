import { setTimeout as delay } from 'node:timers/promises'
import { createHeapStore } from '../../src/store/heap-store.ts'
import type { HostStore } from '../../src/store/store.ts'
import { openWorkflow } from '../opened-workflow.ts'
import { timeOnce, warmUp } from '../pace.ts'
import { medianOf } from '../rows.ts'
import { createFanOut } from '../sources.ts'
import { DURABLE_NOTE, openDurableStore, withFolder } from '../stores.ts'
import type { Figure, Workload } from '../workload.ts'

export const FAN_OUT_WAIT_MS = 50
const FAN_OUT_COUNTS = [100, 1000]

export const fanOut: Workload = {
  id: 'W3',
  note: `items at once, each waits ${FAN_OUT_WAIT_MS} ms; ms above that; ${DURABLE_NOTE}`,
  measure: async () => [
    ...(await measureFanOut('memory store', openFanOut(createHeapStore()))),
    ...(await withFolder(async (folder) => measureFanOut('durable', openFanOut(await openDurableStore(folder))))),
    ...(await measureBareNode()),
  ],
}

export interface FanOut {
  run(count: number): Promise<unknown>
  close(): Promise<unknown>
}

/** The middle of several runs: a timer of 50 ms is as exact as the machine lets it be. */
export const measureFanOut = async (name: string, { run, close }: FanOut): Promise<Figure[]> => {
  const figures: Figure[] = []
  for (const count of FAN_OUT_COUNTS) {
    const times: number[] = []
    await warmUp(() => run(count))
    for (let repeat = 0; repeat < REPEATS; repeat++) times.push(await timeOnce(() => run(count)))
    figures.push({ metric: `${count}, ${name}`, unit: 'ms', value: medianOf(times) - FAN_OUT_WAIT_MS })
  }
  await close()
  return figures
}

const REPEATS = 9

const openFanOut = (store: HostStore): FanOut => {
  const { run, close } = openWorkflow(store, createFanOut(FAN_OUT_WAIT_MS))
  return { run: (count) => run({ items: Array.from({ length: count }, (_, index) => index) }), close }
}

const measureBareNode = async (): Promise<Figure[]> => {
  const run = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => delay(FAN_OUT_WAIT_MS)))
  const figures = await measureFanOut('one Promise.all', { run, close: async () => {} })
  return figures.map((figure) => ({ ...figure, peer: 'node' }))
}
