/** Runs that a step starts and does not wait for. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listDetached } from '../../src/service/history/detached-runs.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { RunRecord, Store } from '../../src/store/store.ts'
import { checkText } from '../compiler/check/check-text.ts'
import { compileFamily } from '../support/compile-workflow.ts'
import { driveRun } from '../support/driven-run.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'
import { serving } from '../support/serving.ts'

const BACKGROUND = 'workflow: background\nsteps: [{ id: ask, approve: { title: "Go?" }, timeout: 1h }]'
const START = 'steps: [{ id: go, workflow: background.yaml, detach: true }]\noutput: steps.go.output.run'
const FILES = { 'background.yaml': BACKGROUND }

const startedBy = async (store: Store, id: string): Promise<RunRecord[]> => {
  const found = await Promise.all(listDetached(id, await store.readJournal(id)).map((one) => store.findRun(one)))
  return found.flatMap((one) => (one.kind === 'found' ? [one.run] : []))
}

const test = suite('detached runs')

test('a step with detach ends at once with the id of the run, which goes on when its starter has ended', () =>
  serving(async ({ store, submit, until, record }) => {
    const id = await submit(compileFamily(START, FILES))
    await until('the starter ends', async () => (await record(id)).status === 'completed')
    const [started] = await startedBy(store, id)
    assert.equal([started?.parent, started?.origin], [null, { kind: 'step', of: id }])
    assert.is((await record(id)).output, started?.id)
    await until('the started one asks', async () => (await store.listApprovals()).length === 1)
    const body = { path: 'ask', visit: 1, verdict: 'approved', by: 'ann', values: null }
    await store.post(started?.id ?? '', { id: 'd', kind: 'decision', body })
    await until('it ends', async () => (await record(started?.id ?? '')).status === 'completed')
  }))

test('a cancel of the starter does not follow to the run that it started', () =>
  serving(async ({ store, submit, until, record }) => {
    const id = await submit(
      compileFamily(
        'steps:\n  - { id: go, workflow: background.yaml, detach: true }\n  - { id: nap, wait: { for: 1h } }',
        FILES,
      ),
    )
    await until('the started one asks', async () => (await store.listApprovals()).length === 1)
    await store.post(id, { id: 'c', kind: 'cancel', body: { by: 'ann' } })
    await until('the starter ends', async () => (await record(id)).status === 'cancelled')
    assert.equal(
      (await startedBy(store, id)).map(({ status }) => status),
      ['running'],
    )
    assert.is((await store.listApprovals()).length, 1)
  }))

test('wherever the process of the starter dies, one run is started', async () => {
  const compiled = compileFamily(
    'steps:\n  - { id: go, workflow: other.yaml, detach: true }\n  - { id: say, llm: mock/echo, prompt: x }',
    { 'other.yaml': 'workflow: other\nsteps: [{ id: nap, wait: { for: 1h } }]' },
  )
  for (let cut = 1; cut <= 8; cut++)
    for (const fate of ['lose', 'keep'] as const) {
      const clock = createManualClock()
      const store = createMemoryStore({ now: () => clock.now() })
      const world = new ScriptedWorld({ decide: () => ({ output: { text: 'said' } }) })
      const judge = (nth: number) => (nth === cut ? fate : 'pass')
      const { record } = await driveRun({ compiled, world, clock, store, judge })
      assert.is(record.status, 'completed', `cut ${cut}, ${fate}`)
      assert.is((await store.listRuns({ workflow: 'other' })).length, 1, `cut ${cut}, ${fate}`)
    }
})

test('models of a detached run do not count against the cost limit of its starter', () => {
  const child = {
    input: undefined,
    output: { kind: 'any' as const },
    models: ['acme/unpriced'],
    workflow: {},
  }
  const text = (detach: string) =>
    `workflow: starter\nlimits: { cost_usd: 1 }\nsteps: [{ id: go, workflow: child${detach} }, { id: use, set: { run: steps.go.output.run } }]\n`
  const check = (detach: string) => checkText(text(detach), { children: new Map([['child', child]]) })
  assert.equal(check(', detach: true').errors, [])
  assert.is(check(', detach: true').typeOf('go'), '{ run: string }')
  assert.equal(check(', detach: true').checked.models, [])
})

test.run()
