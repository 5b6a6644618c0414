import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { withEnumTypes } from '../../../src/actors/llm/enum-types.ts'
import type { JsonSchema } from '../../../src/core/json-schema.ts'

const test = suite('types of enums')

const TABLE: [JsonSchema, JsonSchema['type'] | undefined][] = [
  [{ enum: ['a', 'b'] }, 'string'],
  [{ enum: [1, 2] }, 'integer'],
  [{ enum: [1.5] }, 'number'],
  [{ enum: [true] }, 'boolean'],
  [{ enum: ['a', null] }, ['string', 'null']],
  [{ enum: ['a', 1] }, undefined],
  [{ const: 'a' }, 'string'],
  [{ type: 'string', enum: ['a'] }, 'string'],
  [{}, undefined],
]
for (const [schema, type] of TABLE)
  test(`${JSON.stringify(schema)} is ${JSON.stringify(type) ?? 'of no one type'}`, () => {
    assert.equal(withEnumTypes(schema).type, type)
    const within = withEnumTypes({ type: 'object', properties: { x: { type: 'array', items: { anyOf: [schema] } } } })
    assert.equal(within, {
      type: 'object',
      properties: { x: { type: 'array', items: { anyOf: [withEnumTypes(schema)] } } },
    })
  })

test('a schema is not changed in place', () => {
  const schema = { type: 'object', properties: { a: { enum: ['x'] } } }
  withEnumTypes(schema)
  assert.equal(schema, { type: 'object', properties: { a: { enum: ['x'] } } })
})

test.run()
