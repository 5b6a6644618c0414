import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { toKindCode } from '../../src/store/sql/codes.ts'
import { openWorkflow } from '../opened-workflow.ts'
import { ServerProcess } from '../server-process.ts'
import { NEVER_ANSWERED } from '../sources.ts'
import { DURABLE_NOTE, fileOf, openDurableStore, withFolder } from '../stores.ts'
import { submitRuns } from '../submit-runs.ts'
import type { Figure, Workload } from '../workload.ts'

const KILLED_COUNTS = [1_000, 10_000]
/** How long the steps of runs that were taken up have to begin. */
const BEGIN_MS = 500
const LOOK_EVERY_MS = 5

/** How soon a new server goes on with the runs of one that was killed. */
export const killedRuns: Workload = {
  id: 'W10',
  note: `a server is killed that has runs in flight, each at a model that never answers; from the start of a new one until it has begun all of them anew; ${DURABLE_NOTE}`,
  measure: async () => {
    const figures: Figure[] = []
    for (const count of KILLED_COUNTS) figures.push(...(await withFolder((folder) => measureTakeover(folder, count))))
    return figures
  },
}

const measureTakeover = async (folder: string, count: number): Promise<Figure[]> => {
  const store = await openDurableStore(folder)
  const { workflow, close } = openWorkflow(store, NEVER_ANSWERED)
  await submitRuns(store, workflow, count)
  const killed = new ServerProcess(folder, { mostRuns: count })
  await killed.hasTaken(count)
  await delay(BEGIN_MS)
  await killed.kill()
  const started = performance.now()
  const server = new ServerProcess(folder, { mostRuns: count })
  await server.hasTaken(count)
  await untilWritten(fileOf(folder), count)
  const tookMs = performance.now() - started
  const peakKib = server.peakMemoryKib()
  await server.kill()
  await close()
  return [
    { metric: `${count} runs`, unit: 's', value: tookMs / 1000 },
    { metric: `${count} runs, peak memory`, unit: 'MiB', value: peakKib / 1024 },
  ]
}

/** Waits until the journal says of so many attempts that they are lost: the next ones follow at once. */
const untilWritten = async (file: string, count: number): Promise<void> => {
  const database = new Database(file, { readonly: true })
  const lost = database.prepare<[kind: number], number>('select count(*) from journal where kind = ?').pluck()
  while ((lost.get(toKindCode('lost')) ?? 0) < count) await delay(LOOK_EVERY_MS)
  database.close()
}
