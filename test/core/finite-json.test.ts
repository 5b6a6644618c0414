import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { holdsInfinity, parseFiniteJson } from '../../src/core/finite-json.ts'

test('a number too large for JSON is refused, however it is written', () => {
  for (const number of ['1e400', '-1E+309', '10e308', `1${'0'.repeat(309)}`, `1${'0'.repeat(305)}e5`])
    assert.throws(() => parseFiniteJson(`{"a":[{"b":${number}}]}`), /too large/, number)
})

test('other JSON is parsed as by JSON.parse', () => {
  for (const text of ['1e308', '-0.5', '"1e400"', '["3e5", 3e5]', '{"__proto__":1}', 'null'])
    assert.equal(parseFiniteJson(text), JSON.parse(text))
  assert.throws(() => parseFiniteJson('{'), /JSON/)
})

test('a deep value overflows no stack', () => {
  assert.not(holdsInfinity(JSON.parse(`${'['.repeat(5_000)}1e3${']'.repeat(5_000)}`)))
})

test.run()
