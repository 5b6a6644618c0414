import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonValue } from '../../src/core/json.ts'
import type { Run } from '../../src/runtime/run.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { InboxMessage, Store } from '../../src/store/store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { type DrivenProcess, driveRun } from '../support/driven-run.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'

/** Runs a workflow; each time nothing is in flight, the next of `acts` is done in the current process. */
const runWith = (
  yaml: string,
  acts: readonly ((process: DrivenProcess) => unknown)[],
  { input = {}, store: given }: { input?: JsonValue; store?: Store } = {},
) => {
  const clock = createManualClock(Date.UTC(2030, 0, 1))
  const left = [...acts]
  return driveRun({
    compiled: compileWorkflow(yaml),
    world: new ScriptedWorld({ decide: (id) => ({ output: { text: id } }) }),
    clock,
    store: given ?? createMemoryStore({ now: () => clock.now() }),
    input,
    async onQuiet(process) {
      const act = left.shift()
      if (act === undefined) return false
      await act(process)
      return true
    },
  })
}

let messages = 0
const ask =
  (kind: InboxMessage['kind'], body: JsonValue) =>
  ({ run }: { run: Run }) =>
    run.receive({ id: `m${++messages}`, kind, body })

const decide = (path: string, more: Record<string, JsonValue> = {}) =>
  ask('decision', { path, visit: 1, verdict: 'approved', by: 'ann', values: null, ...more })

const signal = (name: string, data: JsonValue) => ask('signal', { name, data, at: '2030-01-01T00:00:00.000Z' })

const die = ({ watched }: DrivenProcess): void => {
  watched.isDead = true
}

const APPROVE = `
steps:
  - { id: ask, approve: { title: "Send it?", show: "'a letter'", by: [ann, bob] }, timeout: 4h, on_error: { rejected: no, timeout: late } }
  - { id: yes, set: { said: "steps.ask.output.by" }, next: end }
  - { id: no, set: { said: "error.message" }, next: end }
  - { id: late, set: { said: "'no answer'" } }
output: "steps.?yes.?output.?said.orValue(steps.?no.?output.?said.orValue(steps.?late.?output.?said.orValue('')))"
`

const approvals = suite('approvals')

approvals('a person who may decide does, and the output names the person and the time', async () => {
  const { record, rows } = await runWith(APPROVE, [decide('ask')])
  assert.is(record.output, 'ann')
  const [row] = rows.filter(({ kind }) => kind === 'decision')
  assert.equal(row?.data, { verdict: 'approved', by: 'ann', values: null })
})

approvals('a rejection is the fault rejected, with the comment of the person', async () => {
  const { record } = await runWith(APPROVE, [decide('ask', { verdict: 'rejected', by: 'bob', comment: 'too long' })])
  assert.is(record.output, "'Send it?' was rejected by bob: too long")
})

approvals('without a decision the timeout comes, also over a crash', async () => {
  const { record, rows, processes } = await runWith(APPROVE, [die])
  assert.is(record.output, 'no answer')
  assert.is(processes, 2)
  assert.is((rows.find(({ kind }) => kind === 'timer')?.at ?? 0) - record.createdAt, 4 * 3_600_000)
})

approvals('a decision of a person who may not decide changes nothing, and the journal notes it', async () => {
  const { record, rows } = await runWith(APPROVE, [decide('ask', { by: 'eve' })])
  assert.is(record.output, 'no answer')
  const [late] = rows.filter(({ kind }) => kind === 'late')
  assert.match(JSON.stringify(late?.data), /'eve' may not decide: expected 'ann' or 'bob'/)
})

approvals('the first of two decisions counts', async () => {
  const both = (process: DrivenProcess): void => {
    decide('ask')(process)
    decide('ask', { verdict: 'rejected', by: 'bob' })(process)
  }
  const { record, rows } = await runWith(APPROVE, [both])
  assert.is(record.output, 'ann')
  assert.is(rows.filter(({ kind }) => kind === 'decision').length, 1)
})

approvals('a decision about another request does not count', async () => {
  const { record } = await runWith(APPROVE, [decide('ask', { requestHash: 'of something else' })])
  assert.is(record.output, 'no answer')
})

const FORM = `
steps:
  - { id: ask, approve: { title: "How much?", form: { amount: integer } }, timeout: 1h }
output: "steps.ask.output.values.amount"
`

approvals('the values must fit the form', async () => {
  const { record, rows } = await runWith(FORM, [
    decide('ask', { values: { amount: 'much' } }),
    decide('ask', { values: { amount: 3 } }),
  ])
  assert.is(record.output, 3)
  assert.match(JSON.stringify(rows.find(({ kind }) => kind === 'late')?.data), /does not fit the form/)
})

approvals('several approvals are open at once, inside foreach and parallel, over crashes', async () => {
  const yaml = `
steps:
  - id: p
    parallel:
      left:
        - id: items
          foreach: "['x', 'y']"
          as: item
          do: [{ id: ask, approve: { title: "\${item}?" }, timeout: 1h }]
      right:
        - { id: other, approve: { title: right }, timeout: 1h }
output: "steps.items.output.map(o, o.by)"
`
  const { record, processes } = await runWith(yaml, [
    decide('other'),
    die,
    decide('items[1]/ask', { by: 'bob' }),
    die,
    decide('items[0]/ask'),
  ])
  assert.equal(record.output, ['ann', 'bob'])
  assert.is(processes, 3)
})

const SEVERAL = `
steps:
  - { id: ask, approve: { title: Pay?, by: [ann, bob, carol], count: 2, form: { amount: integer } }, timeout: 4h, on_error: { rejected: no, timeout: no } }
  - { id: yes, set: { said: steps.ask.output }, next: end }
  - { id: no, set: { said: "[error.message, error.details]" } }
output: "steps.?yes.?output.?said.orValue(steps.?no.?output.?said.orValue(null))"
`

const approve = (by: string, more: Record<string, JsonValue> = {}) =>
  decide('ask', { by, values: { amount: by.length }, ...more })

const reasonsOf = (rows: readonly JournalRow[]): (string | undefined)[] =>
  rows.flatMap((row) => (row.kind === 'late' ? [row.data.reason] : []))

approvals('several people approve, over crashes between them, and the output has what each filled in', async () => {
  const { record, rows, processes } = await runWith(SEVERAL, [die, approve('ann'), die, die, approve('carol')])
  const { decisions, ...last } = record.output as { decisions: JsonValue[] }
  const at = '2030-01-01T00:00:00.000Z'
  assert.equal(last, { by: 'carol', at, values: { amount: 5 } })
  assert.equal(decisions, [{ by: 'ann', at, values: { amount: 3 } }, last])
  assert.is(processes, 4)
  assert.equal(
    rows.flatMap((row) => (row.kind === 'decision' ? [[row.data.by, row.data.given, row.data.count]] : [])),
    [
      ['ann', 1, 2],
      ['carol', 2, 2],
    ],
  )
})

approvals('the same person counts once, over a crash, and the journal notes the second time', async () => {
  const { record, rows } = await runWith(SEVERAL, [approve('ann'), die, approve('ann'), approve('eve'), approve('bob')])
  assert.is((record.output as { by: string }).by, 'bob')
  assert.equal(reasonsOf(rows), [
    "'ann' has approved it already (1 of 2: ann): expected bob or carol",
    "'eve' may not decide: expected 'ann' or 'bob' or 'carol'",
  ])
})

approvals('one rejection rejects, also of a person who approved before', async () => {
  const { record, rows } = await runWith(SEVERAL, [
    approve('ann'),
    decide('ask', { by: 'ann', verdict: 'rejected', comment: 'too much' }),
    approve('bob'),
  ])
  const at = '2030-01-01T00:00:00.000Z'
  const details = { by: 'ann', at, comment: 'too much', count: 2, decisions: [{ by: 'ann', at }] }
  assert.equal(record.output, ["'Pay?' was rejected by ann: too much", details])
  assert.is(rows.filter(({ kind }) => kind === 'decision').length, 2)
})

approvals('a timeout names the approvals that were there', async () => {
  const { record } = await runWith(SEVERAL, [approve('bob'), die])
  const [message, details] = record.output as [string, { decisions: { by: string }[] }]
  assert.is(message, "step 'ask' took longer than its timeout of 4h 00m; 1 of 2 people had approved: bob")
  assert.equal(
    details.decisions.map(({ by }) => by),
    ['bob'],
  )
  const none = await runWith(SEVERAL, [])
  assert.match(JSON.stringify(none.record.output), 'of 4h 00m; 0 of 2 people had approved')
})

approvals('the store has the approvals so far, and a visit of its own begins anew', async () => {
  const yaml = `
steps:
  - id: twice
    loop: { until: iter.count == 2, max: 2 }
    do: [{ id: ask, approve: { title: "Pay \${iter.count}?", count: 2 }, timeout: 1h }]
`
  const seen: unknown[] = []
  const store = createMemoryStore({ now: () => 0 })
  const look = async ({ run }: DrivenProcess): Promise<void> => {
    for (const { count, decisions } of await store.listApprovals({ run: run.id }))
      seen.push([count, decisions.map(({ by }) => by)])
  }
  const first = approve('ann', { values: null })
  const second = approve('bob', { values: null })
  const again = approve('ann', { visit: 2, values: null })
  await runWith(yaml, [first, look, die, look, second, look, again, look], { store })
  assert.equal(seen, [
    [2, ['ann']],
    [2, ['ann']],
    [2, []],
    [2, ['ann']],
  ])
})

for (const [by, names] of [
  ['["ann", "ann"]', 'ann'],
  ['"ann"', 'ann'],
  ['[]', ''],
] as const)
  approvals(`an approval of two by ${by} is a fault as soon as it is asked`, async () => {
    const yaml = `
input: { who: any }
steps: [{ id: ask, approve: { title: Pay?, by: "\${input.who}", count: 2 }, timeout: 1h, on_error: { invalid_input: no }, next: end }, { id: no, set: { said: error.message } }]
output: steps.?no.?output.?said.orValue('')
`
    const { record } = await runWith(yaml, [], { input: { who: JSON.parse(by) } })
    assert.is(
      record.output,
      `step 'ask' needs 2 people to approve, and 'by' names ${names === '' ? 'none' : `1: ${names}`}`,
    )
  })

approvals.run()

const events = suite('events from outside')

const WAIT = `
steps:
  - { id: w, wait: { event: paid, match: "event.data.id == 7" }, timeout: 1h, on_error: { timeout: continue } }
output: "steps.?w.?output.?amount.orValue(-1)"
`

events('an event gives its data to the wait that accepts it', async () => {
  const { record } = await runWith(WAIT, [signal('paid', { id: 8, amount: 1 }), signal('paid', { id: 7, amount: 2 })])
  assert.is(record.output, 2)
})

events('an event of another name or shape is not taken', async () => {
  const { record } = await runWith(WAIT, [signal('sold', { id: 7, amount: 1 }), signal('paid', 'nothing')])
  assert.is(record.output, -1)
})

events('an event that comes before its wait is kept for it, over a crash', async () => {
  const yaml = `
steps:
  - { id: first, wait: { for: 10s } }
  - { id: one, wait: { event: paid } }
  - { id: two, wait: { event: paid } }
output: "[steps.one.output, steps.two.output]"
`
  const { record } = await runWith(yaml, [signal('paid', 1), signal('paid', 2), die])
  assert.equal(record.output, [1, 2])
})

events('the same message counts once', async () => {
  const yaml = `
steps: [{ id: one, wait: { event: paid } }, { id: two, wait: { event: paid }, timeout: 1m, on_error: continue }]
output: "[steps.one.output, steps.two.status]"
`
  const message: InboxMessage = { id: 'once', kind: 'signal', body: { name: 'paid', data: 1, at: '' } }
  const twice = ({ run }: DrivenProcess): void => {
    run.receive(message)
    run.receive(message)
  }
  const { record } = await runWith(yaml, [twice])
  assert.equal(record.output, [1, 'failed'])
})

events('a secret in a message is nowhere in the journal', async () => {
  const clock = createManualClock(Date.UTC(2030, 0, 1))
  const { rows, record } = await driveRun({
    compiled: compileWorkflow('steps: [{ id: w, wait: { event: go } }]\noutput: "steps.w.output"'),
    world: new ScriptedWorld({ decide: () => 'never' }),
    clock,
    store: createMemoryStore({ now: () => clock.now() }),
    input: {},
    vault: new SecretVault({ TOKEN: 'hunter2hunter2' }),
    onQuiet(process) {
      signal('go', 'it is hunter2hunter2')(process)
      return true
    },
  })
  assert.is(record.output, 'it is [secret TOKEN]')
  assert.not.match(JSON.stringify(rows), 'hunter2')
})

events.run()

const pause = suite('pause')

pause('a paused run takes events, and starts nothing until it is unpaused', async () => {
  const yaml = `
steps: [{ id: w, wait: { event: go } }, { id: a, llm: mock/echo, prompt: x }]
output: "steps.a.output.text"
`
  const seen: number[] = []
  const look = ({ run }: DrivenProcess): unknown => seen.push(run.state.openEffects().length)
  const { record, rows } = await runWith(yaml, [
    ask('pause', { by: 'ann' }),
    signal('go', null),
    look,
    die,
    ({ run }) => assert.is(run.isPaused, true),
    look,
    ask('unpause', { by: 'ann' }),
  ])
  assert.equal(seen, [1, 1])
  assert.is(record.output, 'a#1')
  assert.equal(
    rows.filter(({ kind }) => kind === 'pause' || kind === 'outcome').map(({ kind }) => kind),
    ['pause', 'pause', 'outcome'],
  )
})

const POST = `
steps:
  - { id: first, wait: { event: go } }
  - { id: post, tool: http.post, with: { url: "http://127.0.0.1/" }, on_error: { outcome_unknown: continue } }
output: "steps.post.status"
`

pause('an effect that was asked for during a pause is not lost when another process resumes the run', async () => {
  const { record, rows, processes } = await runWith(POST, [
    ask('pause', { by: 'ann' }),
    signal('go', null),
    die,
    die,
    ask('unpause', { by: 'ann' }),
  ])
  assert.is(processes, 3)
  assert.is(record.output, 'completed')
  assert.is(rows.filter(({ kind }) => kind === 'lost').length, 0)
})

pause('an effect in flight at a crash is lost once, when the run is unpaused', async () => {
  const yaml = POST.replace('wait: { event: go }', 'set: { n: 1 }')
  const { record, rows } = await runWith(yaml, [ask('pause', { by: 'ann' }), die, die, ask('unpause', { by: 'ann' })])
  assert.is(record.output, 'failed')
  assert.is(rows.filter(({ kind }) => kind === 'lost').length, 1)
})

pause.run()

const leaving = suite('a process that drains')

/** Stops the process when nothing is in flight, and resumes the run in another one. */
const leave = async ({ host, watched }: DrivenProcess): Promise<void> => {
  await host.stop({ graceMs: 1 })
  watched.isDead = true
}

leaving('leaves no effect that the next lease holder takes for lost', async () => {
  const yaml = `
steps:
  - { id: a, tool: http.post, with: { url: "http://127.0.0.1/" }, retry: { max: 2, backoff: 10s..10s, on: [unavailable] } }
output: "steps.a.attempts"
`
  let failures = 0
  const clock = createManualClock(Date.UTC(2030, 0, 1))
  const world = new ScriptedWorld({
    decide: () => (failures++ === 0 ? { fault: { code: 'unavailable', retryable: true } } : { output: null }),
  })
  let isLeft = false
  const { record, rows, processes } = await driveRun({
    compiled: compileWorkflow(yaml),
    world,
    clock,
    store: createMemoryStore({ now: () => clock.now() }),
    input: {},
    async onQuiet(process) {
      // Its first attempt has failed, and the second has not begun.
      if (isLeft || failures === 0 || world.performances.size > 0) return false
      isLeft = true
      await leave(process)
      return true
    },
  })
  assert.is(processes, 2)
  assert.is(record.output, 2)
  assert.equal(
    rows.filter(({ kind }) => kind === 'lost' || kind === 'left').map(({ kind, data }) => [kind, data]),
    [
      ['left', { is_left: true }],
      ['left', { is_left: false }],
    ],
  )
})

leaving.run()
