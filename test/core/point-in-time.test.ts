import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { explainPointInTime, formatPointInTime, parsePointInTime } from '../../src/core/point-in-time.ts'

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

for (const [text, why] of [
  ['2026-02-30', 'there is no day 2026-02-30'],
  ['2026-02-30T00:00:00Z', 'there is no day 2026-02-30'],
  ['2026-03-01T24:00:00Z', 'there is no such time on 2026-03-01'],
  ['2026-03-01T12:30:00', 'write the offset: 2026-03-01T12:30:00Z for UTC'],
  ['2026-03-01 12:30', 'write the offset: 2026-03-01T12:30:00Z for UTC'],
  ['2026-03-01T12:30Z', 'write 2026-03-01T12:30:00Z'],
  ['2026-03-01T12:30:00+0100', 'write 2026-03-01T12:30:00+01:00'],
] as const) {
  test(`the reason why '${text}' is none: ${why}`, () => {
    assert.is(parsePointInTime(text), undefined)
    assert.is(explainPointInTime(text), why)
  })
}

test('other text has no reason, and a point in time needs none', () => {
  for (const text of ['', 'tomorrow', '5', '2026-03-01', '2026-03-01T12:30:00Z'])
    assert.is(explainPointInTime(text), undefined)
})

test('a year beyond four digits has no text', () => {
  assert.is(formatPointInTime(Date.UTC(10_000, 0, 1)), undefined)
  assert.is(formatPointInTime(Number.NaN), undefined)
})

test.run()
