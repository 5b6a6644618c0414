import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toObjectSchema } from '../../../src/actors/llm/object-schema.ts'
import type { JsonSchema } from '../../../src/core/json-schema.ts'
import { createValidator } from '../../../src/core/json-schema-validator.ts'

const test = suite('schemas as the field of an object')

const judge = (schema: JsonSchema, value: unknown): boolean =>
  createValidator(toObjectSchema(schema).schema)({ value }) === undefined

test('references of a wrapped schema mean what they meant before', () => {
  const nested = { type: 'array', items: { $ref: '#' } }
  assert.equal([judge(nested, [[], [[]]]), judge(nested, [1])], [true, false])
  const named = { type: 'array', items: { $ref: '#/$defs/n' }, $defs: { n: { type: 'number' } } }
  assert.equal([judge(named, [1]), judge(named, ['x'])], [true, false])
  const placed = { type: 'array', prefixItems: [{ type: 'number' }], items: { $ref: '#/prefixItems/0' } }
  assert.equal([judge(placed, [1, 2]), judge(placed, [1, 'x'])], [true, false])
})

test.run()
