import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { formatPointInTime, parsePointInTime } from '../../src/core/point-in-time.ts'

const test = suite('point in time')

for (const [text, iso] of [
  ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  ['2026-03-01T12:30:00Z', '2026-03-01T12:30:00.000Z'],
  ['2026-03-01t12:30:00.5z', '2026-03-01T12:30:00.500Z'],
  ['2026-03-01T00:30:00+01:00', '2026-02-28T23:30:00.000Z'],
  ['2026-03-01T00:30:00.123456-02:30', '2026-03-01T03:00:00.123Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
] as const) {
  test(`${text} is ${iso}`, () => assert.is(formatPointInTime(parsePointInTime(text) ?? Number.NaN), iso))
}

for (const text of [
  '',
  'tomorrow',
  '2026-02-29',
  '2026-13-01',
  '2026-03-01T24:00:00Z',
  '2026-03-01T12:30:00',
  '2026-3-1',
  '12026-01-01',
]) {
  test(`'${text}' is none`, () => assert.is(parsePointInTime(text), undefined))
}

test('a year beyond four digits has no text', () => {
  assert.is(formatPointInTime(Date.UTC(10_000, 0, 1)), undefined)
  assert.is(formatPointInTime(Number.NaN), undefined)
})

test.run()
