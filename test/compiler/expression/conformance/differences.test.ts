/** The differences from CEL that docs/language.md lists. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isFault } from '../../../../src/core/fault.ts'
import type { JsonValue } from '../../../../src/core/json.ts'
import { check, evaluate } from '../scene.ts'
import { FAULT } from './family.ts'

const test = suite('differences from CEL')

const DIFFERENCES: [text: string, value: JsonValue | typeof FAULT, inCel: string][] = [
  ['7 / 2', 3.5, '3'],
  ['int(7 / 2)', 3, '3'],
  ['-7 / 2', -3.5, '-3'],
  ['2u', FAULT, '2u'],
  ['type(1) == type(1.0)', true, 'false'],
  ['9007199254740991 + 1', FAULT, '9007199254740992'],
  ['1e308 * 10.0', FAULT, 'infinity'],
  ['1.0 / 0.0', FAULT, 'infinity'],
  ["double('NaN')", FAULT, 'NaN'],
  ["b'a'", FAULT, 'bytes'],
  ["timestamp('2026-01-01T00:00:00Z')", FAULT, 'a timestamp'],
  ["{1: 'a'}", FAULT, 'a map'],
  ["type(1) == 'number'", true, 'an error'],
  ['optional.none()', FAULT, 'an optional'],
  ['[null][?0].hasValue()', false, 'true'],
  ['[null][?0].orValue(1)', 1, 'null'],
  ["dyn({'a': 0}).?a.b.hasValue()", false, 'an error'],
  ['has(dyn({}).a.b)', false, 'an error'],
  ['math.abs(-1)', FAULT, '1'],
  ["{'b-c': 1}.`b-c`", FAULT, '1'],
  ["'abc'.substring(1, 9)", 'bc', 'an error'],
  ["'%s'.format([['a']])", '["a"]', '[a]'],
  ["'%.2f'.format([1.005])", '1.01', '1.00'],
]

for (const [text, value, inCel] of DIFFERENCES) {
  test(`${text} is ${value === FAULT ? 'a fault' : JSON.stringify(value)}, in CEL ${inCel}`, () => {
    let found: JsonValue | typeof FAULT
    try {
      found = evaluate(text)
    } catch (error) {
      if (!isFault(error)) throw error
      found = FAULT
    }
    assert.equal(found, value)
  })
}

for (const text of ["1 == 'a'", 'steps.classify.output.label == "bugg"', 'input.nope', '{1: 2}', 'optional.none()'])
  test(`${text} is an error before the run`, () => assert.is(check(text).findings.length, 1))

test.run()
