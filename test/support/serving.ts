import * as assert from 'uvu/assert'
import { readProject } from '../../src/app/project/project.ts'
import { createServer } from '../../src/app/server.ts'
import type { CompiledWorkflow } from '../../src/compiler/compile.ts'
import type { JsonValue } from '../../src/core/json.ts'
import { createRunId } from '../../src/core/run-id.ts'
import { toDefinition, toNewRun } from '../../src/runtime/new-run.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import type { ServerNotice } from '../../src/service/server-notice.ts'
import type { RunRecord, Store } from '../../src/store/store.ts'
import { createTempFolder } from './temp-folder.ts'
import { openTestStore } from './test-database.ts'

export interface Serving {
  store: Store
  notices: ServerNotice[]
  heldRuns(): number
  /** URL of its HTTP interface. */
  listen(): Promise<string>
  submit(workflow: CompiledWorkflow, input?: JsonValue): Promise<string>
  /** Waits until it holds; fails after 15 seconds. */
  until(what: string, holds: () => Promise<boolean> | boolean): Promise<void>
  /** Waits until a run only waits and nothing is held in memory. */
  untilAtRest(id: string): Promise<void>
  record(id: string): Promise<RunRecord>
}

/** A server in this process, over a store of its own. */
export const serving = async (
  act: (serving: Serving) => Promise<void>,
  { store: given, allow = [] }: { store?: Store; allow?: string[] } = {},
): Promise<void> => {
  const store = given ?? (await openTestStore())
  const folder = createTempFolder({ 'troupe.config.yaml': `http: { allow: ${JSON.stringify(allow)} }\n` })
  const { project } = await readProject({
    folder: folder.path,
    workingFolder: folder.path,
    environment: {},
    db: 'memory:',
    trust: true,
  })
  assert.ok(project)
  const notices: ServerNotice[] = []
  const server = createServer({
    store,
    project,
    environment: {},
    onNotice: (notice) => notices.push(notice),
  })
  const record = async (id: string): Promise<RunRecord> => {
    const found = await store.findRun(id)
    if (found.kind !== 'found') throw new Error(`${id} is ${found.kind}`)
    return found.run
  }
  const until: Serving['until'] = async (what, holds) => {
    const end = Date.now() + 15_000
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(`${what}: did not come about; ${JSON.stringify(notices)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  server.start()
  try {
    await act({
      store,
      notices,
      heldRuns: () => server.heldRuns,
      listen: () => server.listen({ host: '127.0.0.1', isLoopback: true, port: 0, version: '1.0.0' }),
      async submit(workflow, input = {}) {
        const at = Date.now()
        const run = toNewRun(workflow, { id: createRunId(at), at, input }, new SecretVault())
        await store.saveDefinition(toDefinition(workflow))
        const submitted = await store.submit(run)
        assert.is(submitted.kind, 'created')
        return run.id
      },
      until,
      untilAtRest: (id) =>
        until('it leaves memory', async () => (await record(id)).phase === 'waiting' && server.heldRuns === 0),
      record,
    })
  } finally {
    await server.stop()
    if (given === undefined) await store.close()
    folder.remove()
  }
}
