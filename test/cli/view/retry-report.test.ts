import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createRetryReport, type FailedAttempt } from '../../../src/cli/view/retry-report.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const createReport = () => {
  const clock = createManualClock()
  const lines: string[] = []
  const report = createRetryReport((_, text) => lines.push(text), clock)
  const fail = (path: string, attempt: number, change: Partial<FailedAttempt> = {}): void =>
    report.take({
      type: 'attempt.failed',
      effect: { path, visit: 1, step: path, input: null, calls: 0 },
      fault: { code: 'rate_limited', message: 'slow down', retryable: true },
      figures: { attempt, started: 0, ms: 1 },
      retryInMs: 500,
      ...change,
    })
  return { clock, lines, report, fail }
}

const test = suite('retry report')

test('the first failures have a line each', () => {
  const { lines, fail } = createReport()
  fail('ask', 1)
  fail('ask', 2)
  assert.equal(lines, [
    'ask: attempt 1 failed: rate_limited: slow down (again in 500ms)',
    'ask: attempt 2 failed: rate_limited: slow down (again in 500ms)',
  ])
})

test('a storm that goes on has one line for each window, over all items of a foreach', async () => {
  const { clock, lines, fail } = createReport()
  for (let second = 0; second < 25; second++) {
    fail(`grades[${second}]/grade`, 1)
    await clock.advance(1_000)
  }
  assert.is(lines.length, 3 + 2)
  assert.equal(lines.slice(3), [
    'grades: retried 7 times in 10.0s, last: grades[9]/grade: rate_limited: slow down',
    'grades: retried 10 times in 10.0s, last: grades[19]/grade: rate_limited: slow down',
  ])
})

test('a step that was quiet for a window starts anew', async () => {
  const { clock, lines, fail } = createReport()
  for (let attempt = 1; attempt <= 4; attempt++) {
    fail('ask', attempt)
    await clock.advance(30_000)
  }
  assert.is(lines.length, 4)
  assert.match(lines[3] ?? '', 'attempt 4 failed')
})

test('the change to another model has its own line, behind the sum of the failures before it', () => {
  const { lines, fail } = createReport()
  for (let attempt = 1; attempt <= 6; attempt++) fail('ask', attempt)
  fail('ask', 7, { fallsBackTo: 'mock/echo' })
  assert.equal(lines.slice(3), [
    'ask: retried 3 times in 0ms, last: rate_limited: slow down',
    'ask: attempt 7 failed: rate_limited: slow down (now by mock/echo)',
  ])
})

test('the end of a step reports what is summed up, and its windows wake no one later', () => {
  const { clock, lines, fail, report } = createReport()
  for (let attempt = 1; attempt <= 4; attempt++) fail('ask', attempt)
  report.flush('ask')
  assert.is(lines.at(-1), 'ask: attempt 4 failed: rate_limited: slow down (again in 500ms)')
  assert.is(clock.pending, 0)
})

test.run()
