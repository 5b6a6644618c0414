import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPaint } from '../../../src/cli/paint.ts'
import { widthOf } from '../../../src/cli/printable.ts'
import { renderRows, widestName } from '../../../src/cli/view/frame.ts'
import type { StepRow } from '../../../src/cli/view/step-rows.ts'

const test = suite('frame')

const row = (change: Partial<StepRow>): StepRow => ({
  depth: 0,
  state: 'completed',
  name: 'step',
  ms: 1200,
  detail: { kind: 'none' },
  ...change,
})

const ROWS: StepRow[] = [
  row({ name: 'prepare', ms: undefined }),
  row({ name: 'gather', state: 'running' }),
  row({ name: 'scan', depth: 1, state: 'waiting', detail: { kind: 'retry', attempt: 2, code: 'timeout', inMs: 900 } }),
  row({
    name: 'grades',
    state: 'running',
    detail: { kind: 'items', done: 15, total: 30, failed: 2, running: 3, isReading: false },
  }),
  row({
    name: 'draft',
    state: 'running',
    detail: { kind: 'attempt', attempt: 1, text: 'a\x1b[2J long text 日本語'.repeat(9) },
  }),
  row({ name: 'send', state: 'pending', ms: undefined }),
]

const render = (rows: StepRow[], size: { columns: number; height: number }): string[] =>
  renderRows(rows, { ...size, paint: createPaint(false), tick: 0, nameWidth: widestName(rows) })

test('each row shows state, name, time and current activity', () => {
  assert.equal(render(ROWS, { columns: 80, height: 20 }).slice(0, 4), [
    '✓ prepare         ',
    '⠋ gather      1.2s',
    '◷   scan      1.2s  attempt 2 failed: timeout, again in 900ms',
    '⠋ grades      1.2s  ━━━━━━━━━━━━━━━━━━━━ 15/30  2 failed',
  ])
})

test('a step that the cache answered shows that', () => {
  const rows = [row({ detail: { kind: 'cache', hits: 1 } }), row({ detail: { kind: 'cache', hits: 3 } })]
  assert.equal(render(rows, { columns: 80, height: 20 }), [
    '✓ step        1.2s  1 answer from the cache',
    '✓ step        1.2s  3 answers from the cache',
  ])
})

for (const columns of [20, 30, 40, 80, 200])
  test(`no row is wider than ${columns} columns`, () => {
    for (const line of render(ROWS, { columns, height: 20 }))
      assert.ok(widthOf(line) <= columns, `expected at most ${columns}, got ${widthOf(line)}: ${line}`)
  })

test('rows beyond the height are counted, and rows in flight stay in view', () => {
  const rows = Array.from({ length: 50 }, (_, index) =>
    row({ name: `step_${index}`, state: index < 30 ? 'completed' : index === 30 ? 'running' : 'pending' }),
  )
  const lines = render(rows, { columns: 80, height: 12 })
  assert.is(lines.length, 12)
  assert.is(lines[0], '  ⋮ 27 above')
  assert.ok(lines.some((line) => line.includes('step_30')))
  assert.is(lines.at(-1), '  ⋮ 13 below')
})

test('escape sequences in the text of a model never reach the terminal', () => {
  assert.not.ok(render(ROWS, { columns: 200, height: 20 }).some((line) => line.includes('\x1b')))
})

test.run()
