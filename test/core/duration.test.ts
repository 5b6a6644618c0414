import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { DURATION_PATTERN, explainCalendarDuration, parseDuration } from '../../src/core/duration.ts'
import { parseRate } from '../../src/core/rate.ts'

const test = suite('duration')

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000]

const DURATIONS: readonly [text: string, ms: number][] = [
  ['0s', 0],
  ['500ms', 500],
  ['1.5s', 1500],
  ['5m', 5 * MINUTE],
  ['1w', 7 * DAY],
  ['1h30m', 90 * MINUTE],
  ['1h30m15.5s', 90 * MINUTE + 15_500],
  ['1w2d3h4m5s6ms', 9 * DAY + 3 * HOUR + 4 * MINUTE + 5 * SECOND + 6],
  ['1m5ms', MINUTE + 5],
  ['PT5M', 5 * MINUTE],
  ['PT0.5S', 500],
  ['P1D', DAY],
  ['P1DT2H', DAY + 2 * HOUR],
  ['P2W', 14 * DAY],
  ['P1W1DT1H1M1S', 8 * DAY + HOUR + MINUTE + SECOND],
]

const pattern = new RegExp(`^${DURATION_PATTERN}$`)

for (const [text, ms] of DURATIONS)
  test(`${text} is a duration of ${ms} ms, in editors too`, () => {
    assert.is(parseDuration(text), ms)
    assert.ok(pattern.test(text))
  })

const NONE = [
  '',
  '5',
  '5x',
  's',
  '-5s',
  '1h 30m',
  '30m1h',
  '1h1h',
  '5M',
  'P',
  'PT',
  'P1DT',
  'P5',
  'pt5m',
  'PT5m',
  '-PT5M',
  '1e3s',
]

for (const text of NONE)
  test(`'${text}' is no duration`, () => {
    assert.is(parseDuration(text), undefined)
    assert.not.ok(pattern.test(text))
    assert.is(explainCalendarDuration(text), undefined)
  })

test('a duration that milliseconds can not count is none', () => {
  assert.is(parseDuration('9999999999999999d'), undefined)
  assert.is(parseDuration(`${'9'.repeat(400)}s`), undefined)
})

for (const text of ['P1M', 'P1Y', 'P1Y2M3D', 'P1M1DT2H'])
  test(`months and years have no fixed length: ${text} is refused with the reason`, () => {
    assert.is(parseDuration(text), undefined)
    assert.match(explainCalendarDuration(text) ?? '', 'months and years have no fixed length')
  })

const RATES: readonly [text: string, rate: ReturnType<typeof parseRate>][] = [
  ['10/1m', { count: 10, windowMs: MINUTE }],
  ['10/m', { count: 10, windowMs: MINUTE }],
  ['5/1h30m', { count: 5, windowMs: 90 * MINUTE }],
  ['5/PT1M', { count: 5, windowMs: MINUTE }],
  ['0/1m', undefined],
  ['10/0s', undefined],
  ['10', undefined],
  ['10/', undefined],
  ['1.5/1m', undefined],
]

for (const [text, rate] of RATES)
  test(`'${text}' is ${rate === undefined ? 'no rate' : `the rate ${rate.count} in ${rate.windowMs} ms`}`, () =>
    assert.equal(parseRate(text), rate))

test.run()
