import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonValue } from '../../../src/core/json.ts'
import { foldTimeline } from '../../../src/service/history/fold-timeline.ts'
import { readTimeline } from '../../../src/service/history/timeline.ts'
import type { JournalRow, RowKind } from '../../../src/store/journal-row.ts'
import { parseJournalRow } from '../../../src/store/parse-journal-row.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { driveRun } from '../../support/driven-run.ts'
import { ScriptedWorld } from '../../support/scripted-world.ts'

const run = async (yaml: string) => {
  const compiled = compileWorkflow(yaml)
  const world = new ScriptedWorld({ decide: (id) => ({ output: { text: id } }) })
  return { compiled, ...(await driveRun({ compiled, world, input: {} })) }
}

const test = suite('timeline')

test('every visit is there, also of steps that leave no rows', async () => {
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

test('a step that was called off is cancelled, and the turns of a model with tools are inner visits', async () => {
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
    inner.map(({ path, status, place }) => `${path} ${status} ${place}`),
    [
      'ask completed step',
      'ask/turn_1 completed inner',
      'ask/turn_1_call_1 completed inner',
      'ask/turn_2 completed inner',
    ],
  )
})

const FAULT = { code: 'timeout', message: 'too slow', retryable: true }

const toRows = (...rows: [kind: RowKind, path: string, at: number, data: JsonValue][]): JournalRow[] =>
  rows.map(([kind, path, at, data], index) => {
    const visit = path === '' ? 0 : 1
    return parseJournalRow({ seq: index + 1, at, kind, path, visit, data }, 'r-1')
  })

const ASKING = compileWorkflow(`
steps:
  - { id: ask, approve: { title: Go? }, timeout: 1h }
  - { id: draft, llm: mock/echo, prompt: x }
  - { id: paid, wait: { event: paid }, timeout: 1h }
`)

const ASKED = toRows(
  ['created', '', 0, { input: {}, lowering: 1, models: {}, env: {} }],
  ['decision', 'ask', 1_000, { verdict: 'approved', by: 'ann', values: null }],
  ['attempt', 'draft', 1_100, { attempt: 1, started: 1_010, ms: 80, fault: FAULT }],
  ['outcome', 'draft', 1_300, { attempt: 2, started: 1_200, ms: 100, output: {} }],
  ['late', 'draft', 1_400, { attempt: 1, started: 1_010, ms: 390, output: {} }],
)

test('the rows of a visit are its segments, those without a start as moments', () => {
  const timeline = readTimeline(ASKED)
  const describe = (path: string) =>
    timeline.segmentsOf({ path, visit: 1 }).map(({ row, startedAt, endedAt, isTimed, since }) => {
      return `${row.kind} ${startedAt}-${endedAt}${isTimed ? '' : ' moment'} since ${since}`
    })
  assert.equal(describe('draft'), [
    'attempt 1010-1090 since 1000',
    'outcome 1200-1300 since 1000',
    'late 1010-1400 since 1300',
  ])
  assert.equal(describe('ask'), ['decision 1000-1000 moment since 0'])
  assert.equal([timeline.visits, timeline.waits], [[], []])
})

test('J6 a late outcome is a segment and changes no visit', () => {
  const before = foldTimeline(ASKING, { runId: 'r-1', rows: ASKED.slice(0, 4) }).timeline
  const after = foldTimeline(ASKING, { runId: 'r-1', rows: ASKED }).timeline
  assert.equal(after.visits, before.visits)
  assert.is(after.segments.length, before.segments.length + 1)
})

test('waits run from their question to their answer, and an open one has no end', () => {
  const { waits } = foldTimeline(ASKING, { runId: 'r-1', rows: ASKED }).timeline
  assert.equal(
    waits.map(({ wait, startedAt, endedAt }) => [wait.path, startedAt, endedAt]),
    [
      ['ask', 0, 1_000],
      ['paid', 1_300, undefined],
    ],
  )
})

test.run()
