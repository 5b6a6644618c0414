/** What is measured of each peer, in the same way as of Troupe. How a peer does it stands in its own file. */
import { join } from 'node:path'
import { measurePace, repeat, timeRuns } from '../pace.ts'
import { withFolder } from '../stores.ts'
import type { Figure, Workloads } from '../workload.ts'
import { measureLaunches } from '../workloads/cold-start.ts'
import { measureFile } from '../workloads/database-size.ts'
import { FAN_OUT_WAIT_MS, measureFanOut } from '../workloads/fan-out.ts'
import { ADDED_TEXT, measureSizes } from '../workloads/growing-loop.ts'

export const STEPS = 10
export const WAIT_MS = FAN_OUT_WAIT_MS

/** The workflows on one store; each call is a run to its end. */
export interface Runnable {
  line(): Promise<void>
  loop(times: number): Promise<void>
  growing(times: number, added: string): Promise<void>
  fanOut(count: number): Promise<void>
  close(): Promise<void>
}

export interface Engine {
  peer: string
  durableNote: string
  openBare(): Promise<Runnable>
  openMemory(): Promise<Runnable>
  openDurable(folder: string): Promise<Runnable>
  /** A program of one step, beside this file. */
  oneStep: string
}

/** Of which the size is measured: fewer than of Troupe, as some peers are slow. */
const STORED_RUNS = 200

export const createPeerWorkloads = (engine: Engine): Workloads => ({
  W1: { id: 'W1', note: '', measure: () => measureLine(engine) },
  W2: { id: 'W2', note: '', measure: () => measureLoop(engine) },
  W3: { id: 'W3', note: `durable: ${engine.durableNote}`, measure: () => measureWide(engine) },
  W4: { id: 'W4', note: engine.durableNote, measure: () => measureDurable(engine) },
  W5: { id: 'W5', note: 'without a store', measure: async () => measureStart(engine) },
  W7: { id: 'W7', note: engine.durableNote, measure: () => measureGrowth(engine) },
  W8: { id: 'W8', note: `${engine.durableNote}, of ${STORED_RUNS} runs`, measure: () => measureSize(engine) },
})

const measureLine = async ({ openBare, openMemory }: Engine): Promise<Figure[]> => [
  { metric: 'no store', unit: 'ms', value: await timeRuns((await openBare()).line) },
  { metric: 'memory store', unit: 'ms', value: await timeRuns((await openMemory()).line) },
]

const measureLoop = async ({ openMemory }: Engine): Promise<Figure[]> => {
  const { loop } = await openMemory()
  return [{ metric: 'memory store', unit: 'ms', value: await timeRuns(() => loop(100)) }]
}

const measureWide = async ({ openMemory, openDurable }: Engine): Promise<Figure[]> => {
  const measure = (name: string, { fanOut, close }: Runnable): Promise<Figure[]> =>
    measureFanOut(name, { run: fanOut, close })
  return [
    ...(await measure('memory store', await openMemory())),
    ...(await withFolder(async (folder) => measure('durable', await openDurable(folder)))),
  ]
}

const measureDurable = ({ openDurable }: Engine): Promise<Figure[]> =>
  withFolder(async (folder) => {
    const { line, close } = await openDurable(folder)
    const sequential = await measurePace(line, { atOnce: 1 })
    const concurrent = await measurePace(line, { atOnce: 100 })
    await close()
    return [
      { metric: 'sequential', unit: 'runs/s', value: sequential },
      { metric: '100 at once', unit: 'runs/s', value: concurrent },
    ]
  })

const measureStart = ({ peer, oneStep }: Engine): Figure[] => {
  const program = { args: [join(import.meta.dirname, oneStep)] }
  return measureLaunches([{ peer, program }])
}

/** No more than this: with a growing state the peers would take minutes. */
const SIZES = { sizes: [100, 1_000], steps: 1_000 }

const measureGrowth = ({ openDurable }: Engine): Promise<Figure[]> =>
  withFolder(async (folder) => {
    const { loop, growing, close } = await openDurable(folder)
    const figures = [
      ...(await measureSizes('', loop, SIZES)),
      ...(await measureSizes(', state grows', (times) => growing(times, ADDED_TEXT), SIZES)),
    ]
    await close()
    return figures
  })

const measureSize = ({ openDurable }: Engine): Promise<Figure[]> =>
  withFolder(async (folder) => {
    const file = join(folder, 'bench.db')
    const { line, close } = await openDurable(folder)
    await repeat(line, { times: 20, atOnce: 10 })
    const before = measureFile(file)
    await repeat(line, { times: STORED_RUNS, atOnce: 10 })
    const after = measureFile(file)
    await close()
    return [{ metric: 'a run', unit: 'bytes', value: (after - before) / STORED_RUNS }]
  })
