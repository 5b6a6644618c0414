import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { countAllowed, formatMaxFailures, parseShare } from '../../src/core/max-failures.ts'

const test = suite('max failures')

const ALLOWED: [share: string, items: number, allowed: number][] = [
  ['5%', 100, 5],
  ['5%', 119, 5],
  ['5%', 19, 0],
  ['0%', 1_000_000, 0],
  ['100%', 7, 7],
  ['0.25%', 100_000, 250],
  ['4.35%', 10_000, 435],
  ['33.33%', 3, 0],
  ['50%', 0, 0],
]

for (const [share, items, allowed] of ALLOWED) {
  test(`${share} of ${items} items are ${allowed}`, () => {
    const parsed = parseShare(share)
    assert.ok(parsed)
    assert.is(countAllowed(parsed, items), allowed)
    assert.is(formatMaxFailures(parsed), share)
  })
}

test('a count is the same for any number of items', () => {
  assert.is(countAllowed({ kind: 'count', count: 10 }, 3), 10)
})

for (const text of ['5', '101%', '-1%', '5.125%', '5 %', '%', ''])
  test(`'${text}' is no share`, () => assert.is(parseShare(text), undefined))

test.run()
