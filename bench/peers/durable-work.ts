/** Workloads for every peer that keeps its runs, including those that need a store. */
import { measurePace, repeat } from '../pace.ts'
import { withFolder } from '../stores.ts'
import type { Figure, Workloads } from '../workload.ts'
import { measureFanOut } from '../workloads/fan-out.ts'
import { ADDED_TEXT, measureSizes } from '../workloads/growing-loop.ts'

/** The workflows; each call is a run to its end. */
export interface Runnable {
  line(): Promise<void>
  loop(times: number): Promise<void>
  growing(times: number, added: string): Promise<void>
  fanOut(count: number): Promise<void>
  close(): Promise<void>
}

/** The workflows on a store on disk. */
export interface DurableRunnable extends Runnable {
  /** Size of all data that it has kept. */
  sizeBytes(): Promise<number>
}

export interface DurableEngine {
  durableNote: string
  /** @param folder For its files, where it needs one that is ours. */
  openDurable(folder: string): Promise<DurableRunnable>
}

/** Runs whose size is measured: fewer than for Troupe, since some peers are slow. */
const STORED_RUNS = 200

export const createDurableWorkloads = (engine: DurableEngine): Workloads => {
  const { durableNote } = engine
  const opened = (measure: (runnable: DurableRunnable) => Promise<Figure[]>): Promise<Figure[]> =>
    withFolder(async (folder) => {
      const runnable = await engine.openDurable(folder)
      const figures = await measure(runnable)
      await runnable.close()
      return figures
    })
  return {
    W3: { id: 'W3', note: `durable: ${durableNote}`, measure: () => opened(measureWide) },
    W4: { id: 'W4', note: durableNote, measure: () => opened(measureLine) },
    W7: { id: 'W7', note: durableNote, measure: () => opened(measureGrowth) },
    W8: { id: 'W8', note: `${durableNote}, of ${STORED_RUNS} runs`, measure: () => opened(measureSize) },
  }
}

const measureWide = ({ fanOut }: DurableRunnable): Promise<Figure[]> =>
  measureFanOut('durable', { run: fanOut, close: async () => {} })

const measureLine = async ({ line }: DurableRunnable): Promise<Figure[]> => {
  const sequential = await measurePace(line, { atOnce: 1 })
  const concurrent = await measurePace(line, { atOnce: 100 })
  return [
    { metric: 'sequential', unit: 'runs/s', value: sequential },
    { metric: '100 at once', unit: 'runs/s', value: concurrent },
  ]
}

/** No more than this: with a growing state some would take minutes. */
const SIZES = { sizes: [100, 1_000], steps: 1_000 }

const measureGrowth = async ({ loop, growing }: DurableRunnable): Promise<Figure[]> => [
  ...(await measureSizes('', loop, SIZES)),
  ...(await measureSizes(', state grows', (times) => growing(times, ADDED_TEXT), SIZES)),
]

const measureSize = async ({ line, sizeBytes }: DurableRunnable): Promise<Figure[]> => {
  await repeat(line, { times: 20, atOnce: 10 })
  const before = await sizeBytes()
  await repeat(line, { times: STORED_RUNS, atOnce: 10 })
  return [{ metric: 'a run', unit: 'bytes', value: ((await sizeBytes()) - before) / STORED_RUNS }]
}
