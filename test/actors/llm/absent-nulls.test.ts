import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dropAbsentNulls } from '../../../src/actors/llm/absent-nulls.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import type { JsonSchema } from '../../../src/core/json-schema.ts'

const test = suite('null in place of an absent field')

const object = (properties: Record<string, JsonSchema>, required: string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required,
})

const TABLE: [string, JsonSchema, JsonValue, JsonValue][] = [
  ['an optional field', object({ a: { type: 'string' } }), { a: null }, {}],
  ['a required field stays', object({ a: { type: 'string' } }, ['a']), { a: null }, { a: null }],
  ['a field that may be null stays', object({ a: { type: ['string', 'null'] } }), { a: null }, { a: null }],
  [
    'a choice with null stays',
    object({ a: { anyOf: [{ type: 'string' }, { type: 'null' }] } }),
    { a: null },
    { a: null },
  ],
  ['a field of any type stays', object({ a: {} }), { a: null }, { a: null }],
  ['an enum', object({ a: { enum: ['x'] } }), { a: null }, {}],
  ['an object within', object({ a: object({ b: { type: 'string' } }) }), { a: { b: null } }, { a: {} }],
  [
    'a list of objects',
    { type: 'array', items: object({ b: { type: 'number' } }) },
    [{ b: null }, { b: 1 }],
    [{}, { b: 1 }],
  ],
  ['a reference', { ...object({ a: { $ref: '#/$defs/b' } }), $defs: { b: { type: 'string' } } }, { a: null }, {}],
  ['a field that the schema does not name stays', object({}), { x: null }, { x: null }],
]
for (const [what, schema, value, expected] of TABLE)
  test(what, () => {
    assert.equal(dropAbsentNulls(value, schema), expected)
  })

test.run()
