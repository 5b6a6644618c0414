import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonValue } from '../../../src/core/json.ts'
import { compareRuns } from '../../../src/service/history/compare-runs.ts'
import { readStateAt } from '../../../src/service/history/state-at.ts'
import { foldTimeline } from '../../../src/service/history/timeline.ts'
import { catchFault } from '../../support/catch-fault.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { driveRun } from '../../support/driven-run.ts'
import { ScriptedWorld } from '../../support/scripted-world.ts'

const run = async (yaml: string, { input = {}, say = (id: string) => id as JsonValue } = {}) => {
  const compiled = compileWorkflow(yaml)
  const world = new ScriptedWorld({ decide: (id) => ({ output: { text: say(id) } }) })
  const end = await driveRun({ compiled, world, input })
  return { compiled, ...end }
}

const history = suite('the history of steps')

history('has every visit, of steps that leave no rows as well', async () => {
  const { compiled, rows, record } = await run(`
steps:
  - { id: start, set: { n: "1" } }
  - { id: never, when: "false", llm: mock/echo, prompt: x }
  - id: rounds
    loop: { until: "iter.count >= 2", max: 3 }
    do:
      - { id: ask, llm: mock/echo, prompt: x }
  - id: each
    foreach: "[1, 2]"
    concurrency: 1
    do:
      - { id: one, llm: mock/echo, prompt: y }
`)
  const { visits } = foldTimeline(compiled, { runId: record.id, rows }).timeline
  assert.equal(
    visits.map(({ path, visit, status, fromSeq, toSeq }) => `${path}#${visit} ${status} ${fromSeq}-${toSeq}`),
    [
      'start#1 completed 1-1',
      'never#1 skipped 1-1',
      'rounds#1 completed 1-3',
      'ask#1 completed 1-2',
      'ask#2 completed 2-3',
      'each#1 completed 3-5',
      'each[0]/one#1 completed 3-4',
      'each[1]/one#1 completed 4-5',
    ],
  )
  assert.equal(visits[3]?.output, { text: 'ask#1' })
})

history('knows what was called off, and the turns of a model with tools', async () => {
  const { compiled, rows, record } = await run(`
steps:
  - id: race
    parallel:
      fast: [{ id: quick, llm: mock/echo, prompt: x }]
      slow: [{ id: late, wait: { for: 1h } }]
    join: any
`)
  const { visits } = foldTimeline(compiled, { runId: record.id, rows }).timeline
  assert.equal(
    visits.map(({ path, status }) => `${path} ${status}`),
    ['race completed', 'quick completed', 'late cancelled'],
  )
  const loop = compileWorkflow('steps: [{ id: ask, llm: mock/echo, prompt: x, tools: [time.now] }]')
  const turns: JsonValue[] = [
    { text: '', tool_calls: [{ id: 'c1', name: 'time.now', arguments: {} }] },
    { now: 1 },
    { text: 'done', tool_calls: [], output: { text: 'done' } },
  ]
  const world = new ScriptedWorld({ decide: () => ({ output: turns.shift() ?? null }) })
  const end = await driveRun({ compiled: loop, world, input: {} })
  const { visits: inner } = foldTimeline(loop, { runId: end.record.id, rows: end.rows }).timeline
  assert.is(end.record.status, 'completed')
  assert.equal(
    inner.map(({ path, status }) => `${path} ${status}`),
    ['ask completed', 'ask/turn_1 completed', 'ask/turn_1_call_1 completed', 'ask/turn_2 completed'],
  )
})

history.run()

const moments = suite('the state of a run at a moment')

const WAITING = `
steps:
  - { id: first, llm: mock/echo, prompt: x }
  - id: both
    timeout: 2h
    parallel:
      person: [{ id: ask, approve: { title: "Go on?" }, timeout: 1h, on_error: continue }]
      other: [{ id: nap, wait: { for: 30m } }]
`

moments('is what was known, open and waited for by then', async () => {
  const { compiled, rows, record } = await run(WAITING)
  const at = (moment: Parameters<typeof readStateAt>[1]['moment']) =>
    readStateAt(compiled, { runId: record.id, rows, moment })
  const first = at({ seq: 1 })
  assert.equal(
    first.effects.map(({ path }) => path),
    ['first'],
  )
  const waiting = at({ seq: 2 })
  assert.equal(
    waiting.timers.map(({ id, dueAt }) => [id, (dueAt - record.createdAt) / 60_000]),
    [
      ['nap:wait', 30],
      ['ask:timeout', 60],
      ['both:timeout', 120],
    ],
  )
  assert.equal(
    waiting.waits.map(({ path, kind }) => [path, kind]),
    [['ask', 'approval']],
  )
  assert.is(at({ time: record.createdAt + 45 * 60_000 }).row.seq, 3)
  assert.is(at('last').status, record.status)
})

moments('that the journal does not have is refused', async () => {
  const { compiled, rows, record } = await run(WAITING)
  const fault = await catchFault(() => readStateAt(compiled, { runId: record.id, rows, moment: { time: 1 } }))
  assert.match(fault.message, 'the run had not begun by then')
})

moments.run()

const comparing = suite('two runs')

const TWO = `
steps:
  - { id: first, llm: mock/echo, prompt: x }
  - id: choose
    switch:
      - { when: "steps.first.output.text == 'a'", do: [{ id: one, llm: mock/echo, prompt: y }] }
      - { else: continue }
  - { id: last, llm: mock/echo, prompt: z }
`

comparing('part where a step first came to something else', async () => {
  const [one, other] = [
    await run(TWO, { say: () => 'a' }),
    await run(TWO, { say: (id) => (id === 'last#1' ? 'a' : 'b') }),
  ]
  const comparison = compareRuns(
    { record: one.record, workflow: one.compiled, rows: one.rows },
    { record: other.record, workflow: other.compiled, rows: other.rows },
  )
  assert.is(comparison.partsAt, 0)
  assert.equal(
    comparison.steps.map(({ path, isDifferent, sides }) => [path, isDifferent, ...sides.map((side) => side?.status)]),
    [
      ['first', true, 'completed', 'completed'],
      ['choose', true, 'completed', 'completed'],
      ['one', true, 'completed', undefined],
      ['last', false, 'completed', 'completed'],
    ],
  )
  assert.equal(comparison.steps[0]?.output, [{ path: 'text', kind: 'changed', from: 'a', to: 'b' }])
})

comparing.run()
