/** Runs that a program reaches while they go on, here in another host of the same process. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Approval,
  compile,
  decide,
  linkApproval,
  listApprovals,
  openStore,
  pause,
  resume,
  run,
  type Store,
  signal,
  submit,
  unpause,
  type Workflow,
} from '../../src/index.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { catchFault } from '../support/catch-fault.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const ASK = `
workflow: ask
input: { what: { type: string, default: letter } }
steps:
  - { id: ask, approve: { title: "Send the \${input.what}?", by: [ann, bob], form: { amount: { type: integer, default: 1 } } }, timeout: 1h }
output: steps.ask.output.values.?amount.orValue(0)
`

const ORDER = `
workflow: order
input: { number: integer }
steps:
  - { id: paid, wait: { event: paid }, timeout: 1h }
output: steps.paid.output
`

const UNDOING = `
workflow: undoing
models: { default: mock/echo }
steps:
  - { id: book, tool: text.template, with: { template: a, data: {} }, undo: { tool: text.template, with: { template: b, data: {} } } }
  - { id: stop, fail: { code: sold_out, message: nothing is left } }
`

const workflowOf = (text: string): Workflow => {
  const { workflow, diagnostics } = compile(text)
  if (workflow === undefined) throw new Error(JSON.stringify(diagnostics))
  return workflow
}

/** The first thing that is asked. */
const untilAsked = async (store: Store): Promise<Approval> => {
  for (;;) {
    const [approval] = await listApprovals({ store })
    if (approval !== undefined) return approval
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const untilThere = async (store: Store): Promise<string> => {
  for (;;) {
    const [found] = await store.listRuns()
    if (found !== undefined) return found.id
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const test = suite('reaching runs')

test('what a run asks is listed, and decided by a person', async () => {
  const store = createMemoryStore()
  const running = run(workflowOf(ASK), { store })
  const { id, title, by, path, workflow } = await untilAsked(store)
  assert.equal([title, by, path, workflow], ['Send the letter?', ['ann', 'bob'], 'ask', 'ask'])
  assert.is(await decide(id, { store, verdict: 'approved', by: 'ann', values: { amount: 3 } }), true)
  assert.is((await running).output, 3)
  assert.equal(await listApprovals({ store }), [])
  const late = await catchFault(() => decide({ run: 'r-', path: 'ask' }, { store, verdict: 'rejected', by: 'bob' }))
  assert.is(late.code, 'conflict')
  assert.match(late.message, 'ann approved it at')
})

test('defaults of the form are filled in, and who may not decide does not', async () => {
  const store = createMemoryStore()
  const running = run(workflowOf(ASK), { store })
  const asked = await untilAsked(store)
  const eve = await catchFault(() => decide(asked.id, { store, verdict: 'approved', by: 'eve' }))
  assert.is(eve.code, 'refused')
  const wrong = await catchFault(() =>
    decide(asked.id, { store, verdict: 'approved', by: 'ann', values: { amount: 'x' } }),
  )
  assert.is(wrong.code, 'invalid_input')
  await decide({ run: asked.run }, { store, verdict: 'approved', by: 'ann' })
  assert.is((await running).output, 1)
})

test('of many decisions at once one counts', async () => {
  const store = createMemoryStore()
  const running = run(workflowOf(ASK), { store })
  const { id } = await untilAsked(store)
  const decisions = await Promise.allSettled(
    Array.from({ length: 20 }, (_, amount) =>
      decide(id, { store, verdict: 'approved', by: amount % 2 === 0 ? 'ann' : 'bob', values: { amount } }),
    ),
  )
  const counted = decisions.flatMap(({ status }, amount) => (status === 'fulfilled' ? [amount] : []))
  assert.equal(counted, [(await running).output])
})

test('a token decides once', async () => {
  const store = createMemoryStore()
  const running = run(workflowOf(ASK), { store })
  const { id } = await untilAsked(store)
  const token = await linkApproval(id, { store })
  const uses = await Promise.allSettled(
    ['approved', 'rejected'].map((verdict) =>
      decide({ token }, { store, verdict: verdict as 'approved' | 'rejected', by: 'ann' }),
    ),
  )
  assert.equal(uses.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  await running
  const again = await catchFault(() => decide({ token }, { store, verdict: 'approved', by: 'ann' }))
  assert.match(again.message, 'the token does not count any more')
})

test('a decision that is not taken up in time is kept', async () => {
  const store = createMemoryStore()
  const { id } = await submit(workflowOf(ASK), { store })
  const running = resume(id, { store })
  const asked = await untilAsked(store)
  assert.is(await decide(asked.id, { store, verdict: 'approved', by: 'ann', waitMs: 0 }), false)
  assert.is((await running).output, 1)
})

test('a submitted run stays queued until a process claims it; a key makes it one run', async () => {
  const folder = createTempFolder()
  const store = await openStore(`${folder.path}/runs.db`)
  const workflow = workflowOf(ORDER)
  const all = await Promise.all(
    Array.from({ length: 100 }, () => submit(workflow, { store, input: { number: 1 }, key: 'k' })),
  )
  assert.is(new Set(all.map(({ id }) => id)).size, 1)
  assert.is(all.filter(({ isNew }) => isNew).length, 1)
  const other = await catchFault(() => submit(workflow, { store, input: { number: 2 }, key: 'k' }))
  assert.is(other.code, 'conflict')
  const wrong = await catchFault(() => submit(workflow, { store, input: { number: 'one' } }))
  assert.is(wrong.code, 'invalid_input')
  const [{ id = '' } = {}] = all
  const { reached, passed } = await signal({ match: 'input.number == 1' }, 'paid', { store, data: 7, id: 'once' })
  assert.equal([reached, passed], [[id], []])
  assert.equal((await signal(id, 'paid', { store, data: 8, id: 'once' })).passed, [id])
  assert.is((await resume(id, { store })).output, 7)
  await store.close()
})

test('a submission runs again under its key after a failure, and not after an end that is not named', async () => {
  const store = createMemoryStore()
  const failing = workflowOf('workflow: order\nsteps: [{ id: no, fail: { code: no_luck, message: no } }]\n')
  const first = await submit(failing, { store, key: 'k' })
  await resume(first.id, { store })
  const corrected = { store, input: { number: 1 }, key: 'k' }
  const other = await catchFault(() => submit(workflowOf(ORDER), { ...corrected, againIf: 'cancelled' }))
  assert.is(other.code, 'conflict')
  const again = await submit(workflowOf(ORDER), { ...corrected, againIf: 'failed' })
  assert.equal([again.isNew, again.againAfter], [true, first.id])
  const same = await submit(workflowOf(ORDER), { ...corrected, againIf: ['failed', 'cancelled'] })
  assert.equal(same, { id: again.id, isNew: false, againAfter: first.id })
  const unkeyed = await catchFault(() => submit(failing, { store, againIf: 'failed' }))
  assert.match(unkeyed.message, "'againIf' is given without 'key'")
})

test('a paused run goes on when it is unpaused', async () => {
  const store = createMemoryStore()
  const running = run(workflowOf(ORDER), { store, input: { number: 1 } })
  const id = await untilThere(store)
  assert.equal((await signal({ match: 'run.workflow == "order"' }, 'other', { store })).reached, [id])
  assert.is(await pause(id, { store, by: 'ann' }), true)
  assert.is(await unpause(id, { store, by: 'ann' }), true)
  await signal(id, 'paid', { store, data: 'yes' })
  assert.is((await running).output, 'yes')
  assert.is(await pause(id, { store, by: 'ann' }), false)
})

test('a result says what was undone', async () => {
  const store = createMemoryStore()
  const result = await run(workflowOf(UNDOING), { store })
  assert.equal(result.undone, [{ step: 'book', visit: 1 }])
  assert.equal((await resume(result.id, { store })).undone, result.undone)
})

test.run()
