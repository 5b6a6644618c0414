import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { holdsInfinity, parseFiniteJson } from '../../src/core/finite-json.ts'
import { catchFault } from '../support/catch-fault.ts'

test('a number too large for JSON is refused, however it is written', () => {
  for (const number of ['1e400', '-1E+309', '10e308', `1${'0'.repeat(309)}`, `1${'0'.repeat(305)}e5`])
    assert.throws(
      () => parseFiniteJson(`{"a":[{"b":${number}}]}`),
      number.startsWith('1e') || number.includes('E') || number === '10e308' ? /too large/ : /would lose digits/,
      number,
    )
})

test('other JSON is parsed as by JSON.parse', () => {
  for (const text of ['1e308', '-0.5', '"1e400"', '["3e5", 3e5]', '{"__proto__":1}', 'null'])
    assert.equal(parseFiniteJson(text), JSON.parse(text))
  assert.throws(() => parseFiniteJson('{'), /JSON/)
})

test('a number that would lose digits is refused at its place, or read as text', async () => {
  for (const [text, path, asText] of [
    ['[7615917337495251231]', '/0', ['7615917337495251231']],
    ['{"a":{"b/c":[1,9007199254740993]}}', '/a/b~1c/1', { a: { 'b/c': [1, '9007199254740993'] } }],
    ['-9007199254740992', '', '-9007199254740992'],
    ['[9007199254740993.0]', '/0', ['9007199254740993.0']],
    ['[9007199254740993e0]', '/0', ['9007199254740993e0']],
    [
      '{"a\\"]":[[],"[,",{"b":"\\\\"},-9007199254740993]}',
      '/a"]/3',
      { 'a"]': [[], '[,', { b: '\\' }, '-9007199254740993'] },
    ],
    ['[3.141592653589793238]', '/0', ['3.141592653589793238']],
  ] as const) {
    const fault = await catchFault(() => parseFiniteJson(text))
    assert.is(fault.code, 'unsafe_number', text)
    assert.is(fault.details?.path, path, text)
    assert.equal(parseFiniteJson(text, { numbers: 'text' }), asText, text)
  }
  for (const text of [
    '9007199254740991',
    '0.30000000000000004',
    '1e22',
    '"12345678901234567890"',
    '0.0000000000000000001',
  ])
    assert.equal(parseFiniteJson(text), JSON.parse(text))
})

test('a long number is read in a time that grows with its length', () => {
  const digits = `1.${'0'.repeat(1_000_000)}1`
  assert.equal(parseFiniteJson(`[${digits}]`, { numbers: 'text' }), [digits])
  assert.equal(parseFiniteJson(`[1.${'0'.repeat(1_000_000)}]`), [1])
})

test('a deep value overflows no stack', () => {
  assert.not(holdsInfinity(JSON.parse(`${'['.repeat(5_000)}1e3${']'.repeat(5_000)}`)))
})

test.run()
