import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toDefinition } from '../../src/runtime/new-run.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { serving } from '../support/serving.ts'

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
