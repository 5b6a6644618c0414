import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPaint } from '../../../src/cli/paint.ts'
import { widthOf } from '../../../src/cli/printable.ts'
import { toTraceEntries } from '../../../src/cli/trace/trace-entry.ts'
import { toTraceRows } from '../../../src/cli/trace/trace-rows.ts'
import { renderWaterfall } from '../../../src/cli/trace/waterfall.ts'
import type { JournalRow } from '../../../src/store/journal-row.ts'
import { parseJournalRow, type RawRow } from '../../../src/store/parse-journal-row.ts'

const test = suite('waterfall')

const row = (seq: number, change: Partial<RawRow>): JournalRow => {
  const data = { attempt: 1, started: seq * 100 - 50, ms: 50, output: null }
  return parseJournalRow({ seq, at: seq * 100, kind: 'outcome', path: 'step', visit: 1, data, ...change }, 'r-1')
}

const fault = { code: 'timeout', message: 'too slow', retryable: true }

const ROWS: JournalRow[] = [
  row(1, { kind: 'created', path: '', visit: 0, data: { input: null, lowering: 1, models: {}, env: {} } }),
  row(2, { kind: 'attempt', path: 'scan', data: { attempt: 1, started: 110, ms: 90, fault } }),
  row(3, { kind: 'lost', path: 'scan', data: { attempt: 2 } }),
  row(4, { path: 'scan', data: { attempt: 3, started: 310, ms: 90, output: 1 } }),
  row(5, { kind: 'timer', path: 'pause', data: { timer: 'wait' } }),
  row(6, { path: 'again', visit: 2 }),
  row(7, { kind: 'cancel', path: '', visit: 0, data: { by: 'ada' } }),
  row(8, { kind: 'late', path: 'again', visit: 3 }),
]

test('the tools that a model calls are named at its turn and at each call', () => {
  const turn = { text: '', tool_calls: [{ name: 'http.get' }, { name: 'rm_rf' }, { name: 'json.query' }] }
  const call = { path: 'ask/turn_1_call_3', data: { attempt: 1, started: 310, ms: 90, fault } }
  const rows = toTraceRows(
    toTraceEntries([
      row(1, { kind: 'created', path: '', visit: 0, data: { input: null, lowering: 1, models: {}, env: {} } }),
      row(2, { path: 'ask/turn_1', data: { attempt: 1, started: 110, ms: 90, output: turn } }),
      row(3, { path: 'ask/turn_1_call_1' }),
      row(4, call),
      row(5, {
        path: 'ask/turn_2',
        data: { attempt: 1, started: 410, ms: 90, output: { text: 'So.', tool_calls: [] } },
      }),
    ]),
    { all: false },
  )
  assert.equal(
    rows.map(({ note }) => note),
    ['calls http.get, rm_rf, json.query', 'http.get', 'json.query: timeout: too slow', ''],
  )
})

test('each attempt, lost or late ones included, each wait and each message has a row', () => {
  const rows = toTraceRows(toTraceEntries(ROWS), { all: false })
  assert.equal(
    rows.map(({ name, state, note }) => [name, state, note]),
    [
      ['scan #1', 'retried', 'timeout: too slow'],
      ['scan #2', 'lost', 'the process that performed it is gone'],
      ['scan #3', 'completed', ''],
      ['pause', 'waited', ''],
      ['again:2', 'completed', ''],
      ['run', 'stopped', 'cancelled by ada'],
      ['again:3 #1', 'late', 'came too late: changed nothing'],
    ],
  )
})

test('a wait has a duration only when nothing else was in flight', () => {
  const alone = toTraceEntries(ROWS).find(({ state }) => state === 'waited')
  assert.is(alone?.hasDuration, true)
  const beside = [...ROWS, row(9, { path: 'long', data: { attempt: 1, started: 110, ms: 800, output: 1 } })]
  assert.is(toTraceEntries(beside).find(({ state }) => state === 'waited')?.hasDuration, false)
})

const items = (count: number): JournalRow[] =>
  Array.from({ length: count }, (_, index) =>
    row(index + 1, {
      path: `grades[${index}]/grade`,
      data: {
        attempt: 1,
        started: index * 10,
        ms: index === 40 ? 500 : 10,
        ...(index === 7 ? { fault } : { output: 1 }),
      },
    }),
  )

test('many items are cut to the failed and the slow ones, and --all shows each', () => {
  const entries = toTraceEntries(items(100))
  const rows = toTraceRows(entries, { all: false })
  assert.is(rows[0]?.name, 'grades')
  assert.is(rows[0]?.note, '100 items, 1 failed, 94 attempts not shown (--all shows them)')
  assert.ok(rows.some(({ name }) => name === '[7] grade #1'))
  assert.ok(rows.some(({ name }) => name === '[40] grade'))
  assert.is(toTraceRows(entries, { all: true }).length, 101)
})

test('a foreach has no end state, which the journal does not hold', () => {
  const [foreach] = toTraceRows(toTraceEntries(items(100)), { all: false })
  assert.is(foreach?.state, 'items')
})

test('a journal of 200,000 items is drawn, also with --all', () => {
  const entries = toTraceEntries(items(200_000))
  assert.ok(toTraceRows(entries, { all: false }).length < 20)
  const rows = toTraceRows(entries, { all: true })
  assert.ok(
    renderWaterfall(rows, { from: 0, to: 1, width: 80, paint: createPaint(false), long: 'cut' }).length > 200_000,
  )
})

for (const width of [60, 80, 140])
  test(`no line is wider than ${width} columns`, () => {
    const rows = toTraceRows(toTraceEntries(ROWS), { all: false })
    for (const line of renderWaterfall(rows, { from: 100, to: 900, width, paint: createPaint(false), long: 'cut' }))
      assert.ok(widthOf(line) <= width, `expected at most ${width}, got ${widthOf(line)}: ${line}`)
  })

const LONG_NAME = `step_${'with_a_long_name_'.repeat(4)}`
const LONG_MESSAGE = 'the server has said a lot about why it does not answer now '.repeat(4).trim()

const renderLong = (long: 'cut' | 'wrap' | 'whole'): string[] => {
  const data = { attempt: 1, started: 110, ms: 90, fault: { ...fault, message: LONG_MESSAGE } }
  const rows = toTraceRows(toTraceEntries([row(2, { path: LONG_NAME, data })]), { all: true })
  return renderWaterfall(rows, { from: 0, to: 200, width: 120, paint: createPaint(false), long })
}

test('long names and notes are cut, unless all is asked for', () => {
  const cut = renderLong('cut').join('\n')
  assert.not.ok(cut.includes(LONG_NAME) || cut.includes(LONG_MESSAGE))
  assert.equal(renderLong('whole').length, 2)
  assert.ok(renderLong('whole')[1]?.includes(LONG_NAME) && renderLong('whole')[1]?.endsWith(`timeout: ${LONG_MESSAGE}`))
})

test('a note in full is wrapped below its row on a terminal', () => {
  const [, first = '', ...notes] = renderLong('wrap')
  assert.ok(first.includes(LONG_NAME))
  assert.is(notes.map((line) => line.trim()).join(' '), `timeout: ${LONG_MESSAGE}`)
  for (const line of notes) assert.ok(widthOf(line) <= 120, line)
})

test.run()
