import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonValue } from '../../../src/core/json.ts'
import { compareRuns } from '../../../src/service/history/compare-runs.ts'
import { readStateAt } from '../../../src/service/history/state-at.ts'
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

moments('has the outputs, open effects and waits of that moment', async () => {
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

moments('is refused when the journal has no such moment', async () => {
  const { compiled, rows, record } = await run(WAITING)
  const fault = await catchFault(() => readStateAt(compiled, { runId: record.id, rows, moment: { time: 1 } }))
  assert.match(fault.message, 'the run had not started by then')
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

comparing('differ first at the step with the first different result', async () => {
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
