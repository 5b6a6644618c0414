import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type JsonValue, toCanonicalJson } from '../../src/core/json.ts'
import { diffJson } from '../../src/core/json-diff.ts'

const test = suite('json-diff')

test('equal values have no difference, whatever the order of their keys', () => {
  assert.equal(diffJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }), [])
  assert.equal(diffJson(undefined, undefined), [])
})

test('changes are named by their place', () => {
  assert.equal(diffJson({ a: { b: [1, 2] }, old: true }, { a: { b: [1, 3] }, 'a key': 'x' }), [
    { path: 'a.b[1]', kind: 'changed', from: 2, to: 3 },
    { path: 'old', kind: 'removed', from: true },
    { path: '"a key"', kind: 'added', to: 'x' },
  ])
  assert.equal(diffJson(undefined, null), [{ path: '', kind: 'added', to: null }])
  assert.equal(diffJson([1], { 0: 1 }), [{ path: '', kind: 'changed', from: [1], to: { 0: 1 } }])
})

test('one item more in a list is one change', () => {
  assert.equal(diffJson(['a', 'b', 'c'], ['a', 'x', 'b', 'c']), [{ path: '[1]', kind: 'added', to: 'x' }])
  assert.equal(diffJson(['a', 'a', 'a'], ['a', 'a']), [{ path: '[2]', kind: 'removed', from: 'a' }])
})

test('an inherited name is not a key', () => {
  assert.equal(diffJson({}, JSON.parse('{"constructor": 1, "__proto__": 2}')), [
    { path: 'constructor', kind: 'added', to: 1 },
    { path: '__proto__', kind: 'added', to: 2 },
  ])
})

test('values have a difference exactly when they are not equal', () => {
  const pair = fc.tuple(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }))
  fc.assert(
    fc.property(pair, (values) => {
      const [one, other] = values as [JsonValue, JsonValue]
      assert.is(diffJson(one, other).length === 0, toCanonicalJson(one) === toCanonicalJson(other))
    }),
  )
})

test.run()
