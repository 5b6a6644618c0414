import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readProject } from '../../src/app/project.ts'
import { createServer, type ServerNotice } from '../../src/app/server.ts'
import type { CompiledWorkflow } from '../../src/compiler/compile.ts'
import type { JsonValue } from '../../src/core/json.ts'
import { createRunId } from '../../src/core/run-id.ts'
import { toDefinition, toNewRun } from '../../src/runtime/new-run.ts'
import { SecretVault } from '../../src/runtime/secret-vault.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { RunRecord, Store } from '../../src/store/store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { createTempFolder } from '../support/temp-folder.ts'

interface Serving {
  store: Store
  notices: ServerNotice[]
  heldRuns(): number
  submit(workflow: CompiledWorkflow, input?: JsonValue): Promise<string>
  /** Waits until it holds; fails after 15 seconds. */
  until(what: string, holds: () => Promise<boolean> | boolean): Promise<void>
  record(id: string): Promise<RunRecord>
}

const serving = async (act: (serving: Serving) => Promise<void>, store: Store = createMemoryStore()): Promise<void> => {
  const folder = createTempFolder()
  const { project } = await readProject({
    folder: folder.path,
    workingFolder: folder.path,
    environment: {},
    db: 'memory:',
  })
  assert.ok(project)
  const notices: ServerNotice[] = []
  const server = createServer({ store, project, environment: {}, onNotice: (notice) => notices.push(notice) })
  server.start()
  try {
    await act({
      store,
      notices,
      heldRuns: () => server.heldRuns,
      async submit(workflow, input = {}) {
        const at = Date.now()
        const run = toNewRun(workflow, { id: createRunId(at), at, input }, new SecretVault())
        await store.saveDefinition(toDefinition(workflow))
        const submitted = await store.submit(run)
        assert.is(submitted.kind, 'created')
        return run.id
      },
      async until(what, holds) {
        const end = Date.now() + 15_000
        while (!(await holds())) {
          if (Date.now() > end) throw new Error(`${what}: did not come about; ${JSON.stringify(notices)}`)
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      },
      async record(id) {
        const found = await store.findRun(id)
        if (found.kind !== 'found') throw new Error(`${id} is ${found.kind}`)
        return found.run
      },
    })
  } finally {
    await server.stop()
    folder.remove()
  }
}

const test = suite('a server')

test('takes up what is submitted, and tells', () =>
  serving(async ({ submit, until, record, notices }) => {
    const ids = await Promise.all([1, 2, 3].map((n) => submit(compileWorkflow(`steps: [{ id: a, set: { n: ${n} } }]`))))
    await until('all end', async () =>
      (await Promise.all(ids.map(record))).every(({ status }) => status === 'completed'),
    )
    assert.equal(notices.map(({ type }) => type).sort(), [
      'run.ended',
      'run.ended',
      'run.ended',
      'run.taken',
      'run.taken',
      'run.taken',
    ])
  }))

test('lets go of a run that only waits, and takes it up again when its deadline comes', () =>
  serving(async ({ submit, until, record, heldRuns, notices }) => {
    const id = await submit(compileWorkflow('steps: [{ id: w, wait: { for: 4s } }, { id: a, set: { done: "true" } }]'))
    await until('it leaves memory', async () => (await record(id)).phase === 'waiting' && heldRuns() === 0)
    await until('it ends', async () => (await record(id)).status === 'completed')
    const { createdAt, endedAt } = await record(id)
    const tookMs = (endedAt ?? 0) - createdAt
    assert.ok(tookMs >= 4_000 && tookMs < 4_500, `took ${tookMs} ms`)
    assert.equal(
      notices.map(({ type }) => type),
      ['run.taken', 'run.left', 'run.taken', 'run.ended'],
    )
  }))

test('a decision in the inbox wakes the run that waits for it', () =>
  serving(async ({ store, submit, until, record, heldRuns }) => {
    const id = await submit(compileWorkflow('steps: [{ id: ask, approve: { title: "Go?" }, timeout: 1h }]'))
    await until('it leaves memory', async () => (await record(id)).phase === 'waiting' && heldRuns() === 0)
    const [approval] = await store.listApprovals()
    assert.is(approval?.path, 'ask')
    const body = { path: 'ask', visit: 1, verdict: 'approved', by: 'ann', values: null }
    assert.is(await store.post(id, { id: 'd1', kind: 'decision', body }), true)
    await until('it ends', async () => (await record(id)).status === 'completed')
    assert.equal(await store.listApprovals(), [])
  }))

test('a definition that does not compile is a problem of its run alone', () =>
  serving(async ({ store, submit, until, notices, record }) => {
    const broken = {
      ...toDefinition(compileWorkflow('steps: [{ id: a, set: { n: 1 } }]')),
      hash: 'h',
      source: 'steps: 1',
    }
    await store.saveDefinition(broken)
    const created = {
      seq: 1,
      at: 1,
      kind: 'created',
      path: '',
      visit: 0,
      data: { input: {}, lowering: 1, models: {}, env: {} },
    } as const
    await store.submit({ id: 'r-broken', workflow: 'w', definition: 'h', created })
    const id = await submit(compileWorkflow('steps: [{ id: a, set: { n: 1 } }]'))
    await until('the other ends', async () => (await record(id)).status === 'completed')
    await until('it is told', () => notices.some((notice) => notice.type === 'problem' && notice.run === 'r-broken'))
    assert.is((await record('r-broken')).status, 'running')
  }))

test.run()
