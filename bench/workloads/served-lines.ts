/** The line of durable steps, performed by servers that share a Postgres database. */

import { createRunId } from '../../src/core/run-id.ts'
import { toDefinition, toNewRun } from '../../src/runtime/new-run.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { countBusyCores } from '../busy-cores.ts'
import { openWorkflow } from '../opened-workflow.ts'
import { measureFlow } from '../pace.ts'
import { hasPostgres, POWER_SAFE_POSTGRES_NOTE, startPostgres } from '../postgres.ts'
import { ServerProcess } from '../server-process.ts'
import { LINES_AT_ONCE, toBusyCores, toServers } from '../server-rows.ts'
import { LINE, STEPS_IN_LINE } from '../sources.ts'
import { withFolder } from '../stores.ts'
import type { Figure } from '../workload.ts'

const SERVER_COUNTS = [1, 2, 3]
const MOST_RUNS = 1_000

const NOTE = `${STEPS_IN_LINE} steps, ${LINES_AT_ONCE} runs in flight, submitted by this process; ${POWER_SAFE_POSTGRES_NOTE}`

export const measureServedLines = async (): Promise<Figure[]> => {
  if (!hasPostgres()) return []
  const figures: Figure[] = []
  for (const count of SERVER_COUNTS) figures.push(...(await withFolder((folder) => measureServers(folder, count))))
  return figures.map((figure) => ({ ...figure, note: NOTE }))
}

const measureServers = async (folder: string, count: number): Promise<Figure[]> => {
  const postgres = await startPostgres({ isPowerSafe: true })
  const store = await openDatabase({ database: { kind: 'postgres', url: postgres.url }, durability: 'power' })
  const { workflow, close } = openWorkflow(store, LINE)
  await store.saveDefinition(toDefinition(workflow))
  const ends = new Map<string, () => void>()
  const onEnded = (run: string): void => {
    ends.get(run)?.()
    ends.delete(run)
  }
  const options = { mostRuns: MOST_RUNS, db: postgres.url, onEnded }
  const servers = Array.from({ length: count }, () => new ServerProcess(folder, options))
  const vault = new SecretVault({})
  const run = async (): Promise<void> => {
    const id = createRunId(Date.now())
    const ended = new Promise<void>((resolve) => void ends.set(id, resolve))
    await store.submit(toNewRun(workflow, { id, at: Date.now(), input: {}, isQueued: true }, vault))
    await ended
  }
  let busy = 0
  const countBusy = (): (() => void) => {
    const read = countBusyCores()
    return () => {
      busy = read()
    }
  }
  const pace = await measureFlow(run, { atOnce: LINES_AT_ONCE, during: countBusy })
  for (const server of servers) await server.kill()
  await close()
  await postgres.stop()
  const name = toServers(count)
  return [
    { metric: name, unit: 'runs/s', value: pace },
    { metric: toBusyCores(name), unit: 'cores', value: busy },
  ]
}
