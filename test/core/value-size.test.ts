import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonValue } from '../../src/core/json.ts'
import { countElements, joinLists, sizeOf } from '../../src/core/value-size.ts'

const test = suite('sizes of values')

const COUNTS: [JsonValue, number][] = [
  [null, 1],
  ['text', 1],
  [[], 1],
  [{}, 1],
  [[1, 2, 3], 4],
  [{ a: 1, b: [1, 2] }, 5],
]

for (const [value, count] of COUNTS) {
  test(`${JSON.stringify(value)} has ${count} elements`, () => {
    assert.is(countElements(value), count)
  })
}

test('a shared part counts at each of its places', () => {
  const part = [1, 2]
  assert.is(countElements([part, part]), 7)
})

test('a value with many shared parts is counted quickly', () => {
  let value: JsonValue = [1]
  for (let depth = 0; depth < 60; depth++) value = [value, value]
  assert.ok(countElements(value) > 2 ** 60)
})

test('the size of a value is that of its JSON text, except for escapes and fractions', () => {
  const exact = fc.jsonValue().filter((value) => !/[\\.e]|[^ -~]/.test(JSON.stringify(value)))
  fc.assert(
    fc.property(exact, (value) => {
      const json = JSON.stringify(value)
      const size = sizeOf(JSON.parse(json))
      // An empty list or object has no comma to leave out; false has one letter more.
      const slack = 1 + countElements(JSON.parse(json))
      assert.ok(Math.abs(size - json.length) <= slack, `${json} has ${json.length}, and is measured as ${size}`)
    }),
  )
})

test('the size of a value that is nested too deeply is infinite', () => {
  let value: JsonValue = []
  for (let depth = 0; depth < 200_000; depth++) value = [value]
  assert.is(sizeOf(value), Number.POSITIVE_INFINITY)
})

test('joined lists hold the items of both, and count as one list', () => {
  const list = fc.array(fc.jsonValue()).map((items) => JSON.parse(JSON.stringify(items)) as JsonValue[])
  fc.assert(
    fc.property(list, list, fc.boolean(), (first, second, isCounted) => {
      if (isCounted) countElements(first)
      const joined = joinLists(first, second)
      assert.equal(joined, [...first, ...second])
      assert.is(countElements(joined), countElements([...first, ...second]))
    }),
  )
})

test.run()
