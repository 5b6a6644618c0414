import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { placeSteps } from '../../../../src/compiler/place-steps.ts'
import type { JsonValue } from '../../../../src/core/json.ts'
import { foldTimeline } from '../../../../src/service/history/fold-timeline.ts'
import { readTimeline } from '../../../../src/service/history/timeline.ts'
import { findCriticalPath, type RunTimes } from '../../../../src/service/reports/profile/critical-path.ts'
import { profileRuns } from '../../../../src/service/reports/profile/profile-report.ts'
import { type Span, type Steps, toSpans } from '../../../../src/service/reports/profile/span.ts'
import { durationWithout } from '../../../../src/service/reports/profile/without-step.ts'
import type { JournalRow } from '../../../../src/store/journal-row.ts'
import { parseJournalRow } from '../../../../src/store/parse-journal-row.ts'
import { compileWorkflow } from '../../../support/compile-workflow.ts'

const test = suite('profile-report')

const { workflow } = compileWorkflow(`workflow: made
models: { default: mock/echo }
steps:
  - { id: first, llm: default, prompt: a }
  - { id: pause, wait: { for: 300ms } }
  - id: both
    parallel:
      a: [{ id: slow, tool: http.get, with: { url: "http://127.0.0.1/" } }]
      b: [{ id: quick, llm: default, prompt: b }]
  - id: each
    foreach: "[1, 2, 3]"
    concurrency: 2
    do: [{ id: item, llm: default, prompt: c }]
`)
const steps = placeSteps(workflow)

let seq = 1
const row = (kind: JournalRow['kind'], path: string, at: number, data: JsonValue): JournalRow =>
  parseJournalRow({ seq: seq++, at, kind, path, visit: 1, data }, 'r-1')
const ended = (path: string, [from, to]: [number, number], attempt = 1): JournalRow =>
  row('outcome', path, to, { output: 1, attempt, started: from, ms: to - from })

const ROWS: JournalRow[] = [
  row('created', '', 0, { input: null, lowering: 1, models: {}, env: {} }),
  row('attempt', 'first', 60, {
    fault: { code: 'timeout', message: 'too slow', retryable: true },
    attempt: 1,
    started: 10,
    ms: 50,
  }),
  ended('first', [100, 200], 2),
  row('timer', 'pause', 500, { timer: 'wait' }),
  ended('quick', [500, 600]),
  ended('slow', [500, 1_000]),
  ended('each[0]/item', [1_000, 1_100]),
  ended('each[1]/item', [1_000, 1_150]),
  ended('each[2]/item', [1_100, 1_300]),
]

const toPlainSpans = (rows: readonly JournalRow[], steps: Steps): Span[] =>
  toSpans(readTimeline(rows), { steps, endedAt: 0, isFolded: false })

const toFoldedSpans = (rows: readonly JournalRow[], { steps, endedAt }: { steps: Steps; endedAt: number }): Span[] =>
  toSpans(foldTimeline(WAITING, { runId: 'r-1', rows }).timeline, { steps, endedAt, isFolded: true })

const TIMES: RunTimes = { startedAt: 0, endedAt: 1_320, spans: toPlainSpans(ROWS, steps) }

test('a small journal has the profile of a calculation by hand', () => {
  const report = profileRuns([TIMES], steps)
  assert.equal(
    report.steps.map(({ step, what, count, attempts, p50_ms, p95_ms, total_ms, critical_ms, critical_by }) => [
      ...[step, what, count, attempts, p50_ms, p95_ms, total_ms, critical_ms],
      critical_by,
    ]),
    [
      ['slow', 'tool', 1, 1, 500, 500, 500, 500, { tool: 500 }],
      ['item', 'model', 3, 3, 150, 200, 450, 300, { model: 200, slot: 100 }],
      ['pause', 'wait', 1, 1, 300, 300, 300, 300, { wait: 300 }],
      ['first', 'model', 1, 2, 190, 190, 190, 190, { model: 100, retry: 90 }],
      ['quick', 'model', 1, 1, 100, 100, 100, 0, {}],
    ],
  )
  assert.equal(report.host, { critical_ms: 30, critical_share: 0.0227, longest_ms: 20 })
  assert.is(report.mostly, 'work')
  assert.equal(report.bottleneck, {
    step: 'slow',
    what: 'tool',
    critical_share: 0.3788,
    // The run would wait for `quick`, in the other branch, instead.
    saves_at_least_ms: 400,
    saves_at_most_ms: 500,
    slot_ms: 0,
    foreach: null,
    concurrency: null,
    faults: [],
  })
})

test('the saving of a step depends on the other steps that the run waits for', () => {
  const saved = (step: string): number => 1_320 - durationWithout((span) => span.step === step, TIMES)
  assert.equal(['slow', 'quick', 'pause', 'first', 'item'].map(saved), [400, 0, 300, 190, 300])
})

test('items that wait for a slot point to the concurrency of their foreach', () => {
  const rows = [row('created', '', 0, { input: null, lowering: 1, models: {}, env: {} })]
  for (let index = 0; index < 6; index++)
    rows.push(ended(`each[${index}]/item`, [Math.floor(index / 2) * 100, Math.floor(index / 2) * 100 + 100]))
  const { bottleneck } = profileRuns([{ startedAt: 0, endedAt: 300, spans: toPlainSpans(rows, steps) }], steps)
  assert.equal([bottleneck?.step, bottleneck?.what, bottleneck?.concurrency], ['item', 'slot', 2])
})

test('retries of items that hold up others count as retries, not as a lack of slots', () => {
  const failed = (path: string, [from, to]: [number, number], attempt: number): JournalRow =>
    row('attempt', path, to, {
      fault: { code: 'rate_limited', message: 'slow down', retryable: true },
      attempt,
      started: from,
      ms: to - from,
    })
  const rows = [row('created', '', 0, { input: null, lowering: 1, models: {}, env: {} })]
  for (let index = 0; index < 3; index++) {
    const at = index * 100
    rows.push(failed(`each[${index}]/item`, [at, at + 10], 1), ended(`each[${index}]/item`, [at + 80, at + 100], 2))
  }
  const { bottleneck } = profileRuns([{ startedAt: 0, endedAt: 300, spans: toPlainSpans(rows, steps) }], steps)
  assert.equal([bottleneck?.what, bottleneck?.foreach, bottleneck?.slot_ms], ['retry', 'each', 40])
  assert.equal(bottleneck?.faults, [{ code: 'rate_limited', count: 3 }])
})

test('turns and tool calls count as their model step', () => {
  const inner = ['each[0]/item/turn_1', 'each[0]/item/turn_1_call_1', 'each[0]/item/turn_2']
  const spans = toPlainSpans(
    inner.map((path, index) => ended(path, [index * 10, index * 10 + 10])),
    steps,
  )
  assert.equal(
    spans.map(({ step, kind }) => `${step} ${kind}`),
    ['item model', 'item tool', 'item model'],
  )
})

const WAITING = compileWorkflow(`workflow: waiting
tools: { pay: { tool: http.post, approval: always } }
steps:
  - id: both
    parallel:
      a: [{ id: ask, approve: { title: Go? }, timeout: 1h }]
      b:
        - { id: pay_now, tool: pay, with: { url: "http://127.0.0.1/" }, undo: { tool: http.delete, with: { url: "http://127.0.0.1/" } } }
        - { id: paid, wait: { event: paid } }
  - { id: draft, llm: mock/echo, prompt: a }
  - { id: no, fail: { code: no, message: no } }
`)

const WAITED: JournalRow[] = [
  row('created', '', 0, { input: {}, lowering: 1, models: {}, env: {} }),
  row('decision', 'pay_now', 1_000, { verdict: 'approved', by: 'ann', values: null }),
  ended('pay_now', [1_000, 1_100]),
  row('signal', '', 3_000, { id: 'x', name: 'paid', data: 1, at: '' }),
  row('decision', 'ask', 9_000, { verdict: 'approved', by: 'ann', values: null }),
  ended('draft', [9_000, 9_400]),
  ended('run--undo/pay_now', [9_400, 9_500]),
]

test('waiting for people and events is separate from work, and is no bottleneck', () => {
  const places = placeSteps(WAITING.workflow)
  const spans = toFoldedSpans(WAITED, { steps: places, endedAt: 9_500 })
  const waits = spans.filter(({ kind }) => kind === 'approve' || kind === 'event')
  assert.equal(
    waits.map(({ step, kind, startedAt, endedAt }) => [step, kind, startedAt, endedAt]),
    [
      ['pay_now', 'approve', 0, 1_000],
      ['ask', 'approve', 0, 9_000],
      ['paid', 'event', 1_100, 3_000],
    ],
  )
  const times = { startedAt: 0, endedAt: 9_500, spans }
  const report = profileRuns([times], places)
  assert.equal(report.waiting, { critical_ms: 9_000, critical_share: 0.9474, step: 'ask', what: 'approve' })
  assert.is(report.mostly, 'waiting')
  assert.equal(
    report.steps.map(({ step, what, critical_ms, critical_by }) => [step, what, critical_ms, critical_by]),
    [
      ['ask', 'approve', 9_000, { approve: 9_000 }],
      ['draft', 'model', 400, { model: 400 }],
      ['pay_now', 'approve', 100, { undo: 100 }],
      ['paid', 'event', 0, {}],
    ],
  )
  assert.equal([report.bottleneck?.step, report.bottleneck?.saves_at_most_ms], ['draft', 400])
})

test('a run that only waits has no bottleneck, and its wait goes on', () => {
  const rows = WAITED.slice(0, 1)
  const spans = toFoldedSpans(rows, { steps: new Map(), endedAt: 500 })
  const report = profileRuns([{ startedAt: 0, endedAt: 500, spans }], new Map())
  assert.is(report.bottleneck, null)
  assert.is(report.waiting.critical_share, 1)
})

test('a run in which nothing took time has no bottleneck', () => {
  const { bottleneck, steps: none } = profileRuns([{ startedAt: 5, endedAt: 5, spans: [] }], steps)
  assert.is(bottleneck, null)
  assert.equal(none, [])
})

const span = fc
  .record({
    step: fc.constantFrom('a', 'b', 'c'),
    item: fc.constantFrom('', 'each[0]/', 'each[1]/'),
    startedAt: fc.nat({ max: 60 }),
    retryMs: fc.nat({ max: 10 }),
    ms: fc.nat({ max: 30 }),
  })
  .map(({ step, item, startedAt, retryMs, ms }): Span => {
    const lastStartedAt = startedAt + retryMs
    return {
      step,
      path: item + step,
      kind: 'model',
      startedAt,
      lastStartedAt,
      endedAt: lastStartedAt + ms,
      attempts: 1,
    }
  })

test('the critical path is as long as the run, and a step saves no more than its part of it', async () => {
  await fc.assert(
    fc.property(fc.array(span, { maxLength: 30 }), fc.nat({ max: 5 }), (spans, tail) => {
      spans.sort((one, other) => one.startedAt - other.startedAt || one.endedAt - other.endedAt)
      const endedAt = Math.max(0, ...spans.map((one) => one.endedAt)) + tail
      const times = { startedAt: 0, endedAt, spans }
      const path = findCriticalPath(times)
      assert.is(
        path.reduce((total, { ms }) => total + ms, 0),
        endedAt,
      )
      for (const step of ['a', 'b', 'c']) {
        const part = path.reduce((total, one) => total + (one.step === step ? one.ms : 0), 0)
        const saved = endedAt - durationWithout((span) => span.step === step, times)
        assert.ok(saved >= 0 && saved <= part, `${step} saves ${saved} of ${part}`)
      }
    }),
  )
})

test.run()
