import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileValue } from '../../../src/compiler/expression/compile-expression.ts'
import { findSecretPlaces } from '../../../src/compiler/expression/secret-places.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import { DATA, toBindings, toNode } from './scene.ts'

const test = suite('compile value')

const evaluateValue = (value: JsonValue): JsonValue => compileValue(toNode(value), toBindings(DATA))(DATA)

for (const [value, result] of [
  ['plain', 'plain'],
  ['$${not.an.expression}', '${not.an.expression}'],
  ['${input.max_drafts}', 3],
  ['${input.items[0].tag}', 'a'],
  ['${input.maybe}', null],
  ['${input.ticket.id}: ${input.max_drafts} of ${true}', 't-1: 3 of true'],
  ['<${input.free}>', '<{"deep":[1,{"x":"y"}]}>'],
  ['${0.1}${[]}', '0.1[]'],
  [
    { a: ['${iter.count}', null, { b: 'x' }], c: 1 },
    { a: [1, null, { b: 'x' }], c: 1 },
  ],
  [{ key: '${secrets.TOKEN}' }, { key: { $secret: 'TOKEN' } }],
  ['Bearer ${ secrets.TOKEN }', { $text: ['Bearer ', { $secret: 'TOKEN' }] }],
  ['${iter.count}/${secrets.TOKEN}/${[1]}', { $text: ['1', '/', { $secret: 'TOKEN' }, '/', '[1]'] }],
] as [JsonValue, JsonValue][]) {
  test(`${JSON.stringify(value)} gives ${JSON.stringify(result)}`, () => assert.equal(evaluateValue(value), result))
}

test('null in a longer text is a fault that names the expression', () => {
  assert.throws(() => evaluateValue('<${ input.maybe }>'), /expression ' input\.maybe ' failed: null in a text/)
})

test('a missing value in a longer text is a fault', () => {
  assert.throws(() => evaluateValue('<${input.?note}>'), /missing/)
})

test('what holds no expression is built once, and frozen', () => {
  const run = compileValue(toNode({ fixed: { a: [1, { b: 2 }] }, moving: '${iter.count}' }), toBindings(DATA))
  const [first, second] = [run(DATA), run(DATA)] as { fixed: { a: [number, object] } }[]
  assert.is.not(first, second)
  assert.is(first?.fixed, second?.fixed)
  assert.ok(Object.isFrozen(first?.fixed.a[1]))
})

test('a key __proto__ is a key like any other', () => {
  const value = JSON.parse('{"__proto__": {"polluted": true}, "a": "${iter.count}"}') as JsonValue
  const result = evaluateValue(value)
  assert.is(JSON.stringify(result), '{"__proto__":{"polluted":true},"a":1}')
  assert.is((result as { polluted?: boolean }).polluted, undefined)
})

test('only a secret that is written in the workflow has a place, not data that looks like one', () => {
  const node = toNode({
    headers: { auth: '${secrets.A}' },
    list: ['x', '${ secrets.B }'],
    data: { $secret: 'C' },
    text: '${input}',
    url: 'https://a.example/?a=${input.id}&b=${secrets.C}',
    body: { url: '${secrets.D} of ${secrets.E}' },
    mixed: '${"secrets.F"} of ${input}',
  })
  assert.equal(findSecretPlaces(node), [
    { path: ['headers', 'auth'], name: 'A' },
    { path: ['list', 1], name: 'B' },
    { path: ['url'], secrets: [null, null, null, 'C'], isUrl: true },
    { path: ['body', 'url'], secrets: ['D', null, 'E'], isUrl: false },
  ])
})

test.run()
