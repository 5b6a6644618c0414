/** Workloads for each peer that can run without a store, the same as for Troupe. Each peer has a file for its own way. */
import { join } from 'node:path'
import { timeRuns } from '../pace.ts'
import type { Figure, Workloads } from '../workload.ts'
import { measureLaunches } from '../workloads/cold-start.ts'
import { FAN_OUT_WAIT_MS, measureFanOut } from '../workloads/fan-out.ts'
import { createDurableWorkloads, type DurableEngine, type Runnable } from './durable-work.ts'

export const STEPS = 10
export const WAIT_MS = FAN_OUT_WAIT_MS

export interface Engine extends DurableEngine {
  peer: string
  openBare(): Promise<Runnable>
  openMemory(): Promise<Runnable>
  /** A program of one step, beside this file. */
  oneStep: string
}

export const createPeerWorkloads = (engine: Engine): Workloads => {
  const durable = createDurableWorkloads(engine)
  return {
    ...durable,
    W1: { id: 'W1', note: '', measure: () => measureLine(engine) },
    W2: { id: 'W2', note: '', measure: () => measureLoop(engine) },
    W3: {
      id: 'W3',
      note: `durable: ${engine.durableNote}`,
      measure: async () => [...(await measureWide(engine)), ...((await durable.W3?.measure()) ?? [])],
    },
    W5: { id: 'W5', note: 'without a store', measure: async () => measureStart(engine) },
  }
}

const measureLine = async ({ openBare, openMemory }: Engine): Promise<Figure[]> => [
  { metric: 'no store', unit: 'ms', value: await timeRuns((await openBare()).line) },
  { metric: 'memory store', unit: 'ms', value: await timeRuns((await openMemory()).line) },
]

const measureLoop = async ({ openMemory }: Engine): Promise<Figure[]> => {
  const { loop } = await openMemory()
  return [{ metric: 'memory store', unit: 'ms', value: await timeRuns(() => loop(100)) }]
}

const measureWide = async ({ openMemory }: Engine): Promise<Figure[]> => {
  const { fanOut, close } = await openMemory()
  return measureFanOut('memory store', { run: fanOut, close })
}

const measureStart = ({ peer, oneStep }: Engine): Figure[] => {
  const program = { args: [join(import.meta.dirname, oneStep)] }
  return measureLaunches([{ peer, program }])
}
