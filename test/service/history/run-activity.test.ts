import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunActivity } from '../../../src/chart/activity.ts'
import { END_NODE } from '../../../src/chart/chart.ts'
import { readRunActivity } from '../../../src/service/history/run-activity.ts'
import { createWalker, toEvent, WALK_START, type WalkOutcome } from '../../../src/service/simulation/walk.ts'
import { parseJournalRow } from '../../../src/store/parse-journal-row.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { type LocalRunOptions, startWorkflow } from '../../support/run-workflow.ts'

/** Activity after the whole journal, or after its first `rows`. */
const activityOf = async (
  yaml: string,
  { rows, ...options }: LocalRunOptions & { rows?: number } = {},
): Promise<RunActivity> => {
  const workflow = compileWorkflow(yaml)
  const started = await startWorkflow(workflow, options)
  await started.finish()
  return readRunActivity(workflow, { runId: started.run.id, rows: (await started.rows()).slice(0, rows) })
}

const EACH = `
models: { scripted: mock/script }
input: { list: [string] }
steps:
  - id: each
    foreach: input.list
    on_item_error: skip
    do:
      - id: refuse
        when: item == ""
        fail: { code: empty, message: nothing }
      - id: say
        llm: scripted
        prompt: "\${item}"
        params: { script: [{ text: hi, delay: 2s }] }
      - { id: keep, set: { text: item } }
  - { id: never, when: "false", set: { a: "1" } }
`

const activity = suite('run activity')

activity('all items of a foreach count together', async () => {
  const found = await activityOf(EACH, { input: { list: ['a', '', 'b'] } })
  assert.equal(Object.fromEntries(found), {
    each: { status: 'completed', visits: 1, ms: 2000, failures: 0 },
    'each/refuse': { status: 'failed', visits: 1, ms: undefined, failures: 1, faults: ['empty'] },
    'each/say': { status: 'completed', visits: 2, ms: 4000, failures: 0 },
    'each/keep': { status: 'completed', visits: 2, ms: undefined, failures: 0 },
    never: { status: 'skipped', visits: 0, ms: undefined, failures: 0 },
  })
})

activity('a failed run has the fault at its step, at the blocks around it, and at its end', async () => {
  const found = await activityOf(`
steps:
  - id: each
    foreach: "[1, 2, 3]"
    do: [{ id: check, set: { r: "6 / (item - 2)" } }]
`)
  for (const path of ['each', 'each/check', END_NODE])
    assert.equal([found.get(path)?.status, found.get(path)?.faults], ['failed', ['expression_failed']], path)
})

activity('an end that completed is not marked', async () => {
  assert.not.ok((await activityOf('steps: [{ id: a, set: { n: 1 } }]')).has(END_NODE))
})

activity('an open journal shows the steps in flight', async () => {
  const found = await activityOf(EACH, { input: { list: ['a', 'b'] }, rows: 2 })
  assert.is(found.get('each')?.status, 'running')
  assert.equal(found.get('each/say'), { status: 'running', visits: 2, ms: 2000, failures: 0 })
  assert.is(found.has('never'), false)
})

activity('a loop counts its rounds, and the loser of a race is cancelled', async () => {
  const found = await activityOf(`
models: { scripted: mock/script }
steps:
  - id: round
    loop: { until: iter.count == 3, max: 5 }
    do:
      - { id: pause, wait: { for: 1s } }
  - id: race
    parallel:
      slow:
        - { id: turtle, llm: scripted, prompt: go, params: { script: [{ text: slow, delay: 30s }] } }
      fast:
        - { id: hare, llm: scripted, prompt: go, params: { script: [{ text: fast, delay: 1s }] } }
    join: any
`)
  assert.equal(found.get('pause'), { status: 'completed', visits: 3, ms: 3000, failures: 0 })
  assert.equal(found.get('round'), { status: 'completed', visits: 1, ms: 3000, failures: 0 })
  assert.is(found.get('turtle')?.status, 'cancelled')
  assert.equal(found.get('hare'), { status: 'completed', visits: 1, ms: 1000, failures: 0 })
})

activity('a failed step is shown as failed, even when a handler took over', async () => {
  const found = await activityOf(`
steps:
  - { id: read, tool: files.read, with: { path: missing.txt }, on_error: continue }
  - { id: next_one, set: { a: "1" } }
`)
  assert.is(found.get('read')?.status, 'failed')
  assert.is(found.get('read')?.failures, 1)
  assert.is(found.get('next_one')?.status, 'completed')
})

const WAITING = `
steps:
  - id: items
    foreach: "['x', 'y', 'z']"
    do: [{ id: ask, approve: { title: "\${item}?" }, timeout: 1h, on_error: continue }]
  - id: book
    tool: http.post
    with: { url: "http://127.0.0.1/" }
    undo: { tool: http.delete, with: { url: "http://127.0.0.1/1" } }
  - id: rent
    tool: http.post
    with: { url: "http://127.0.0.1/" }
    undo: { tool: http.delete, with: { url: "http://127.0.0.1/2" } }
  - { id: sure, approve: { title: Sure? }, timeout: 1h }
  - { id: late, fail: { code: late, message: Too late } }
`

/** Activity after these outcomes of a walk. */
const activityAfter = (outcomes: readonly WalkOutcome[], yaml = WAITING): RunActivity => {
  const workflow = compileWorkflow(yaml)
  const walker = createWalker(workflow, { input: {} })
  const { events } = outcomes.reduce((walk, outcome) => {
    const event = toEvent(walk, outcome)
    if (event === undefined) throw new Error(`nothing waits for ${JSON.stringify(outcome)}`)
    return walker([...walk.events, event])
  }, walker([]))
  const created = { kind: 'created', at: WALK_START, data: { input: {}, lowering: 1, models: {}, env: {} } } as const
  const rows = [created, ...events].map((event, index) => ({ path: '', visit: 0, ...event, seq: index + 1 }))
  return readRunActivity(workflow, { runId: 'r-1', rows: rows.map((row) => parseJournalRow(row, 'r-1')) })
}

const DECIDED: readonly WalkOutcome[] = [
  { step: 'items[1]/ask', approved: null, by: 'ann' },
  { step: 'items[0]/ask', rejected: '', by: 'bob' },
]
const BOOKED: readonly WalkOutcome[] = [
  ...DECIDED,
  { step: 'items[2]/ask', approved: null },
  { step: 'book', output: { status: 200, headers: {}, body: null } },
  { step: 'rent', output: { status: 200, headers: {}, body: null } },
  { step: 'sure', approved: null, by: 'ann' },
]

activity('a step that waits for a person is shown as waiting, with the decisions so far', () => {
  const waiting = activityAfter(DECIDED)
  assert.equal(waiting.get('items/ask'), {
    status: 'waiting',
    visits: 3,
    ms: undefined,
    failures: 1,
    faults: ['rejected'],
    remarks: ['1 approved, 1 rejected'],
  })
  assert.is(waiting.get('items')?.status, 'running')
})

activity('an approval of several people shows who has approved, as long as it waits and behind it', () => {
  const yaml = 'steps: [{ id: ask, approve: { title: Go?, by: [ann, bob, carol], count: 2 }, timeout: 1h }]'
  const ann = { step: 'ask', approved: null, by: 'ann' }
  const waiting = activityAfter([ann], yaml).get('ask')
  assert.equal([waiting?.status, waiting?.remarks], ['waiting', ['1 of 2 approved: ann']])
  const ends: [last: WalkOutcome, status: string, remark: string][] = [
    [{ step: 'ask', approved: null, by: 'carol' }, 'completed', 'approved by ann, carol'],
    [{ step: 'ask', rejected: '', by: 'bob' }, 'failed', 'rejected by bob'],
  ]
  for (const [last, status, remark] of ends) {
    const ended = activityAfter([ann, last], yaml).get('ask')
    assert.equal([ended?.status, ended?.remarks], [status, [remark]])
  }
})

activity('an undone step is shown as undone, and a failed undo with its fault', () => {
  const undone = activityAfter([
    ...BOOKED,
    { step: 'run--undo/rent', fault: 'timeout' },
    { step: 'run--undo/book', output: null },
  ])
  assert.equal(undone.get('book'), { status: 'undone', visits: 1, ms: undefined, failures: 0 })
  assert.equal(undone.get('rent')?.remarks, ['not undone: timeout'])
  assert.is(undone.get('rent')?.status, 'completed')
  assert.equal(undone.get('sure')?.remarks, ['approved by ann'])
})

activity('a run that is undoing shows the steps that are undone so far', () => {
  const undoing = activityAfter([...BOOKED, { step: 'run--undo/rent', output: null }])
  assert.is(undoing.get('rent')?.status, 'undone')
  assert.is(undoing.get('book')?.status, 'completed')
})

activity.run()
