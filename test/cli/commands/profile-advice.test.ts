/** Advice of profile-report: it follows from what most of the time is. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeAdvice } from '../../../src/cli/commands/profile-report/advice-text.ts'
import { createPaint } from '../../../src/cli/paint.ts'
import type { Bottleneck, ProfileReport } from '../../../src/service/reports/profile/profile-report.ts'

const BOTTLENECK: Bottleneck = {
  step: 'grade',
  what: 'model',
  critical_share: 0.8,
  saves_at_least_ms: 800,
  saves_at_most_ms: 800,
  slot_ms: 0,
  foreach: null,
  concurrency: null,
  faults: [],
}

const adviseOn = (bottleneck: Partial<Bottleneck>, report: Partial<ProfileReport> = {}): string =>
  describeAdvice(
    {
      runs: 1,
      duration_ms: 1_000,
      queued_ms: 0,
      steps: [],
      host: { critical_ms: 0, critical_share: 0, longest_ms: 0 },
      waiting: { critical_ms: 0, critical_share: 0, step: null, what: null },
      mostly: 'work',
      bottleneck: { ...BOTTLENECK, ...bottleneck },
      ...report,
    },
    createPaint(false),
  ).join('\n')

const test = suite('advice of profile-report')

const IN_FOREACH = { foreach: 'grades', concurrency: 4 }
const LIMITED = {
  what: 'retry',
  faults: [
    { code: 'rate_limited', count: 12 },
    { code: 'timeout', count: 3 },
  ],
} as const

const CASES: [title: string, Partial<Bottleneck>, RegExp][] = [
  [
    'a model that takes most of the time: model, prompt, answer, cache',
    {},
    /smaller or faster model, a shorter prompt, a shorter answer.*cache/,
  ],
  [
    'retries after rate limits: the limit and the backoff',
    { ...LIMITED, faults: [...LIMITED.faults], ...IN_FOREACH },
    /12 of 15 failed attempts were rate_limited: more at a time would make that worse: fewer at a time \(concurrency of the foreach grades, now 4\), a higher rate limit, a longer backoff/,
  ],
  [
    'retries after timeouts: the timeout',
    { what: 'retry', faults: [{ code: 'timeout', count: 1 }] },
    /1 of 1 failed attempt was timeout: a longer timeout/,
  ],
  [
    'retries after another fault: its explanation',
    { what: 'retry', faults: [{ code: 'not_found', count: 2 }] },
    /troupe explain not_found says/,
  ],
  ['retries of a block: its trace', { what: 'retry' }, /the block around it was tried again: troupe trace/],
  [
    'a tool whose calls wait for slots: the concurrency',
    { what: 'tool', slot_ms: 400, ...IN_FOREACH },
    /hint: raise the concurrency of the foreach grades, now 4/,
  ],
  ['a tool whose calls wait for no slot: the tool', { what: 'tool', ...IN_FOREACH }, /hint: fewer calls/],
  [
    'items that wait for each other: the concurrency',
    { what: 'slot', slot_ms: 400, ...IN_FOREACH },
    /raise the concurrency of the foreach grades, now 4/,
  ],
]

for (const [title, bottleneck, expected] of CASES)
  test(title, () => {
    const text = adviseOn(bottleneck)
    assert.match(text, expected)
    if (bottleneck.what === 'retry') assert.not.match(text, 'raise the concurrency')
  })

test('runs that mostly wait for a person are said to, before any step', () => {
  const waiting = { critical_ms: 900, critical_share: 0.9, step: 'ask', what: 'approve' } as const
  const text = adviseOn({}, { mostly: 'waiting', waiting })
  assert.match(
    text,
    /^waiting for people, .* 90% of the critical path, most of it in ask\n {2}hint: these runs wait for a person/,
  )
  assert.not.match(adviseOn({}, { waiting }), 'these runs wait')
})

test('time in which no step was in flight is overhead if short, else a run without a process', () => {
  const host = { critical_ms: 900, critical_share: 0.9, longest_ms: 20 }
  assert.match(adviseOn({}, { mostly: 'host', host }), /^no step was in flight: 900ms, 90% .*\n {2}hint: .*fewer steps/)
  const left = adviseOn({}, { mostly: 'host', host: { ...host, longest_ms: 60_000 } })
  assert.match(left, 'hint: for 1m 00s at a stretch no process held a run, or it was paused: troupe serve')
})

test.run()
