import { openWorkflow } from '../opened-workflow.ts'
import { ServerProcess } from '../server-process.ts'
import { WAITING } from '../sources.ts'
import { DURABLE_NOTE, openDurableStore, withFolder } from '../stores.ts'
import { submitRuns } from '../submit-runs.ts'
import type { Workload } from '../workload.ts'

const WAITING_RUNS = 10_000
/** As many as a server holds in memory while they have something to do: its default. */
const MOST_RUNS = 1_000

/** Memory cost of runs that wait for an event. */
export const waitingRuns: Workload = {
  id: 'W6',
  note: `a server with ${WAITING_RUNS} runs that wait for an event: resident memory above that without them; ${DURABLE_NOTE}`,
  measure: () =>
    withFolder(async (folder) => {
      const store = await openDurableStore(folder)
      const { workflow, close } = openWorkflow(store, WAITING)
      const server = new ServerProcess(folder, { mostRuns: MOST_RUNS })
      // The same once before, to their end: then it has the memory that its work takes, the cache of the database with it.
      const ended = await submitRuns(store, workflow, WAITING_RUNS)
      await server.hasTaken(WAITING_RUNS)
      await server.hasNone()
      await Promise.all(ended.map((id) => store.post(id, { id: 'c1', kind: 'cancel', body: { by: 'bench' } })))
      await server.hasTaken(2 * WAITING_RUNS)
      await server.hasNone()
      const without = await server.memoryKib()
      await submitRuns(store, workflow, WAITING_RUNS)
      await server.hasTaken(3 * WAITING_RUNS)
      await server.hasNone()
      const added = (await server.memoryKib()) - without
      await server.kill()
      await close()
      return [
        { metric: 'a run', unit: 'KiB', value: added / WAITING_RUNS },
        { metric: 'the server without them', unit: 'MiB', value: without / 1024 },
      ]
    }),
}
