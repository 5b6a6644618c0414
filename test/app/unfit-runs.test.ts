import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { readProject } from '../../src/app/project/project.ts'
import { createServer, type Server } from '../../src/app/server.ts'
import { createRunId } from '../../src/core/run-id.ts'
import { toDefinition, toNewRun } from '../../src/runtime/new-run.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import { readShownRuns } from '../../src/service/history/shown-runs.ts'
import { readTracedRun } from '../../src/service/history/traced-run.ts'
import type { ServerNotice } from '../../src/service/server-notice.ts'
import type { RunRecord, Store } from '../../src/store/store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { createTempFolder } from '../support/temp-folder.ts'
import { openTestStore } from '../support/test-database.ts'

const PLAIN = 'workflow: plain\nsteps: [{ id: a, set: { v: 1 } }]'
const SECRET = `workflow: needy
secrets: [API_TOKEN]
steps:
  - { id: call, tool: http.get, with: { url: "http://127.0.0.1:1/", headers: { x-key: "\${secrets.API_TOKEN}" } }, on_error: continue }
`
const MODEL = 'workflow: asking\nsteps: [{ id: ask, llm: openai/gpt-5-mini, prompt: Hi }]'
const CHOICE = `workflow: choosing
models: { writer: [openai/gpt-5-mini, mock/echo] }
steps: [{ id: ask, llm: writer, prompt: Hi, retry: { max: 1 } }]
`

interface Fleet {
  store: Store
  notices: ServerNotice[]
  /** Starts a server that has these variables. */
  start(environment?: Record<string, string>): Promise<Server>
  submit(text: string): Promise<string>
  until(what: string, holds: () => Promise<boolean> | boolean): Promise<void>
  record(id: string): Promise<RunRecord>
}

const fleet = async (act: (fleet: Fleet) => Promise<void>): Promise<void> => {
  const store = await openTestStore()
  const folder = createTempFolder({ 'troupe.config.yaml': 'http: { allow: ["127.0.0.1"] }\n' })
  const servers: Server[] = []
  const notices: ServerNotice[] = []
  const until: Fleet['until'] = async (what, holds) => {
    const end = Date.now() + 15_000
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(`${what}: did not come about; ${JSON.stringify(notices)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  try {
    await act({
      store,
      notices,
      until,
      async start(environment = {}) {
        const place = { folder: folder.path, workingFolder: folder.path, db: 'memory:', trust: true }
        const { project } = await readProject({ ...place, environment })
        assert.ok(project)
        const server = createServer({ store, project, environment, onNotice: (notice) => notices.push(notice) })
        servers.push(server)
        server.start()
        return server
      },
      async submit(text) {
        const at = Date.now()
        const workflow = compileWorkflow(text)
        const run = toNewRun(workflow, { id: createRunId(at), at, input: {}, isQueued: true }, new SecretVault())
        await store.saveDefinition(toDefinition(workflow))
        assert.is((await store.submit(run)).kind, 'created')
        return run.id
      },
      async record(id) {
        const found = await store.findRun(id)
        assert.ok(found.kind === 'found')
        return found.run
      },
    })
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    await store.close()
    folder.remove()
  }
}

const test = suite('runs that need what a server lacks')

for (const [text, missing, variable] of [
  [SECRET, 'secret API_TOKEN', 'API_TOKEN'],
  [MODEL, 'provider openai', 'OPENAI_API_KEY'],
] as const)
  test(`a run waits, unclaimed, for a server that has it, and says so: ${missing}`, () =>
    fleet(async ({ store, notices, start, submit, until, record }) => {
      const id = await submit(text)
      await start()
      await until('the server says what it lacks', async () => (await store.listServers())[0]?.unfit.length === 1)
      const unclaimed = await record(id)
      assert.equal([unclaimed.epoch, unclaimed.phase], [0, 'queued'])
      const [shown] = await readShownRuns(store, [unclaimed], createCatalogue())
      assert.equal([shown?.shown, shown?.missing], ['queued', [missing]])
      assert.equal((await readTracedRun(store, unclaimed, createCatalogue())).missing, [missing])
      const said = notices.filter(({ type }) => type === 'runs.unfit')
      assert.equal(
        said.map((notice) => 'missing' in notice && notice.missing),
        [[missing]],
      )
      assert.equal(
        notices.filter(({ type }) => type === 'problem'),
        [],
      )
      await start({ [variable]: 'k'.repeat(32), OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })
      await until('the other server takes it', async () => (await record(id)).epoch > 0)
      assert.equal((await readTracedRun(store, await record(id), createCatalogue())).missing, [])
    }))

test('runs behind it are not held back', () =>
  fleet(async ({ start, submit, until, record }) => {
    const needy = await Promise.all(Array.from({ length: 30 }, () => submit(SECRET)))
    const plain = await submit(PLAIN)
    await start()
    await until('the plain one ends', async () => (await record(plain)).status === 'completed')
    for (const id of needy) assert.is((await record(id)).epoch, 0)
  }))

test('with a fallback order a run begins where one of its providers is', () =>
  fleet(async ({ start, submit, until, record }) => {
    const id = await submit(CHOICE)
    await start()
    await until('it ends', async () => (await record(id)).status !== 'running')
  }))

test('a server that stops is no longer live, so that nothing is said for the others', () =>
  fleet(async ({ store, start, submit, until, record }) => {
    const id = await submit(SECRET)
    const server = await start()
    await until('the server says what it lacks', async () => (await store.listServers())[0]?.unfit.length === 1)
    await server.stop()
    assert.equal(await store.listServers(), [])
    assert.equal((await readTracedRun(store, await record(id), createCatalogue())).missing, [])
  }))

test.run()
