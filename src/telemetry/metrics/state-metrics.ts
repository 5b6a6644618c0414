import { Gauge, type Registry } from 'prom-client'
import type { LivePhase } from '../../store/report-store.ts'

/** The state of a server, which is read when the metrics are. */
export interface ServerState {
  heldRuns(): number
  /** @throws StoreError */
  countLiveRuns(): Promise<readonly LivePhase[]>
  listProviders(): readonly { provider: string; inUse: number; waiting: number }[]
  now(): number
}

/** Reads the state of a server when the metrics are read, and costs nothing in between. */
export const createStateMetrics = (registry: Registry, state: ServerState): void => {
  const registers = [registry]
  new Gauge({
    name: 'troupe_held_runs',
    help: 'Runs in the memory of this server.',
    registers,
    collect() {
      this.set(state.heldRuns())
    },
  })
  createQueueMetrics(registers, state)
  createSlotMetrics(registers, state)
}

const createQueueMetrics = (registers: Registry[], { countLiveRuns, now }: ServerState): void => {
  const read = shareReading(countLiveRuns)
  new Gauge({
    name: 'troupe_runs',
    help: 'Runs of the database that have not ended, by phase: queued ones wait for their turn, waiting ones for a person, an event or a time.',
    labelNames: ['phase'],
    registers,
    async collect() {
      this.reset()
      for (const { phase, count } of await read()) this.set({ phase }, count)
    },
  })
  new Gauge({
    name: 'troupe_oldest_run_seconds',
    help: 'Age of the oldest run of the database that has not ended, by phase; 0 without one.',
    labelNames: ['phase'],
    registers,
    async collect() {
      this.reset()
      for (const { phase, oldestAt } of await read())
        this.set({ phase }, oldestAt === null ? 0 : Math.max(0, now() - oldestAt) / 1_000)
    },
  })
}

/** Reads once for all that ask at the same time. While the database does not answer, there is nothing, and the other metrics are read. */
const shareReading = <Row>(read: () => Promise<readonly Row[]>): (() => Promise<readonly Row[]>) => {
  let reading: Promise<readonly Row[]> | undefined
  const begin = (): Promise<readonly Row[]> =>
    read()
      .catch(() => [])
      .finally(() => {
        reading = undefined
      })
  return () => {
    reading ??= begin()
    return reading
  }
}

const createSlotMetrics = (registers: Registry[], { listProviders }: ServerState): void => {
  new Gauge({
    name: 'troupe_provider_calls_in_flight',
    help: 'Calls of models in flight.',
    labelNames: ['provider'],
    registers,
    collect() {
      for (const { provider, inUse } of listProviders()) this.set({ provider }, inUse)
    },
  })
  new Gauge({
    name: 'troupe_provider_calls_waiting',
    help: 'Calls of models that wait for a slot of their provider.',
    labelNames: ['provider'],
    registers,
    collect() {
      for (const { provider, waiting } of listProviders()) this.set({ provider }, waiting)
    },
  })
}
