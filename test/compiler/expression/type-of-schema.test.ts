import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeType } from '../../../src/compiler/expression/type.ts'
import { typeOfSchema } from '../../../src/compiler/expression/type-of-schema.ts'
import { BLOB_SCHEMA, type JsonSchema } from '../../../src/core/json-schema.ts'

const test = suite('type of schema')

const STRING: JsonSchema = { type: 'string' }

for (const [schema, text] of [
  [{}, 'any value'],
  [{ description: 'x' }, 'any value'],
  [{ type: 'integer' }, 'number'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ enum: ['a', 1, null, true] }, "'a' | 1 | null | true"],
  [{ const: 'a', type: 'string' }, "'a'"],
  [{ const: { a: [1] } }, '{ a: a list of 1 }'],
  [{ type: 'array', items: STRING }, 'a list of string'],
  [{ type: 'array' }, 'a list of any value'],
  [{ type: 'array', prefixItems: [STRING, { type: 'number' }], items: false }, 'a list of string | number'],
  [
    { type: 'object', properties: { a: STRING, b: STRING }, required: ['a'], additionalProperties: false },
    '{ a: string, b?: string }',
  ],
  [{ properties: { a: STRING } }, '{ a?: string, … }'],
  [{ type: 'object', required: ['a'] }, '{ a: any value, … }'],
  [{ anyOf: [STRING, { type: 'number' }] }, 'string | number'],
  [{ oneOf: [{ const: 'a' }, { const: 'b' }] }, "'a' | 'b'"],
  [{ type: 'string', anyOf: [{ minLength: 1 }, { const: 'b' }] }, 'string'],
  [{ type: 'string', enum: ['a'] }, "'a'"],
  [
    { allOf: [{ properties: { a: STRING }, required: ['a'] }, { properties: { b: STRING } }] },
    '{ a: string, b?: string, … }',
  ],
  [{ $ref: '#/$defs/name', $defs: { name: STRING } }, 'string'],
  [{ $ref: '#/$defs/a~1b', $defs: { 'a/b': STRING } }, 'string'],
  [{ $ref: 'https://example.com/x' }, 'any value'],
  [{ $ref: '#/$defs/none' }, 'any value'],
  [{ $ref: '#/__proto__' }, 'any value'],
  [
    { type: 'object', properties: { self: { $ref: '#' } }, additionalProperties: false },
    '{ self?: { self?: any value } }',
  ],
  [BLOB_SCHEMA, 'blob'],
] as [JsonSchema, string][]) {
  test(`${JSON.stringify(schema).slice(0, 100)} is ${text}`, () => assert.is(describeType(typeOfSchema(schema)), text))
}

test('a schema that refers to itself again and again becomes no huge type', () => {
  const $defs: Record<string, JsonSchema> = { d40: STRING }
  for (let level = 0; level < 40; level++) {
    const next = { $ref: `#/$defs/d${level + 1}` }
    $defs[`d${level}`] = { type: 'object', properties: { a: next, b: next, c: next } }
  }
  const start = performance.now()
  typeOfSchema({ $ref: '#/$defs/d0', $defs })
  typeOfSchema({
    allOf: Array.from({ length: 40 }, (_, at) => ({
      anyOf: [{ const: at }, { required: [`r${at}`], type: 'object' }],
    })),
  })
  assert.ok(performance.now() - start < 1000)
})

test.run()
