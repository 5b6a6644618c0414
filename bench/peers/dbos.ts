/** The same work in DBOS: workflows are functions, their steps go through `DBOS.runStep`, as its documentation shows it. */
import { DBOS } from '@dbos-inc/dbos-sdk'
import { POSTGRES_NOTE, POWER_SAFE_POSTGRES_NOTE, startPostgres } from '../postgres.ts'
import type { Workloads } from '../workload.ts'
import { createDurableWorkloads, type DurableEngine, type DurableRunnable } from './durable-work.ts'
import { createLongWorkloads, type LongEngine, type LongStage } from './long-work.ts'
import { answer, answerLate } from './model.ts'
import { createServedWorkloads, type ServedEngine } from './served-work.ts'
import { STEPS, WAIT_MS } from './work.ts'

const line = DBOS.registerWorkflow(
  async (start: string): Promise<string> => {
    let text = start
    for (let index = 0; index < STEPS; index++) text = await DBOS.runStep(() => answer(text), { name: `step_${index}` })
    return text
  },
  { name: 'line' },
)

const loop = DBOS.registerWorkflow(
  async (times: number): Promise<number> => {
    let count = 0
    for (; count < times; count++) await DBOS.runStep(() => answer('go on'), { name: 'ask' })
    return count
  },
  { name: 'loop' },
)

const growing = DBOS.registerWorkflow(
  async (times: number, added: string): Promise<string[]> => {
    const texts: string[] = []
    while (texts.length < times) texts.push(await DBOS.runStep(() => answer(added), { name: 'ask' }))
    return texts
  },
  { name: 'growing' },
)

const fanOut = DBOS.registerWorkflow(
  (count: number): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, () => DBOS.runStep(() => answerLate('go on', WAIT_MS), { name: 'ask' }))),
  { name: 'fan_out' },
)

const open = async ({ isPowerSafe = false } = {}): Promise<DurableRunnable> => {
  const postgres = await startPostgres({ isPowerSafe })
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: postgres.url, logLevel: 'error' })
  await DBOS.launch()
  return {
    line: () => discard(line('start')),
    loop: (times) => discard(loop(times)),
    growing: (times, added) => discard(growing(times, added)),
    fanOut: (count) => discard(fanOut(count)),
    sizeBytes: async () => postgres.sizeBytes(),
    close: async () => {
      await DBOS.shutdown()
      await postgres.stop()
    },
  }
}

const discard = async (work: Promise<unknown>): Promise<void> => {
  await work
}

/** Postgres goes on; runs are submitted by the process that is killed. */
const openStage = async (): Promise<LongStage> => {
  const postgres = await startPostgres()
  return {
    address: postgres.url,
    begin: async () => {},
    kill: async () => {},
    restart: async () => {},
    pids: () => [],
    close: postgres.stop,
  }
}

const longEngine: LongEngine = {
  note: `${POSTGRES_NOTE}, which is not counted`,
  program: 'long-runs-dbos.ts',
  openStage,
}

const engine: DurableEngine = { durableNote: POSTGRES_NOTE, openDurable: () => open() }

const servedEngine: ServedEngine = { note: POWER_SAFE_POSTGRES_NOTE, open: () => open({ isPowerSafe: true }) }

export const DBOS_WORK: Workloads = {
  ...createDurableWorkloads(engine),
  ...createLongWorkloads(longEngine),
  ...createServedWorkloads(servedEngine),
}
