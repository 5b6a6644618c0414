import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BLOB_SCHEMA, type JsonSchema } from '../../../src/core/json-schema.ts'
import { readText } from '../../support/read-text.ts'

const readInput = (fields: string): { schema: JsonSchema | undefined; codes: string[]; hints: (string | null)[] } => {
  const { workflow, found, codes } = readText(`workflow: w\nsteps: [{ id: a, set: { x: 1 } }]\ninput: ${fields}\n`)
  return { schema: workflow?.input?.value, codes, hints: found.map(({ hint }) => hint) }
}

/** The schema of one field. */
const readField = (type: string): JsonSchema | undefined => {
  const { schema, codes } = readInput(`\n  field: ${type}`)
  assert.equal(codes, [])
  return schema?.properties?.field
}

const closed = (properties: Record<string, JsonSchema>, required = Object.keys(properties)): JsonSchema => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
  additionalProperties: false,
})

const string = { type: 'string' }

const TYPES: Record<string, JsonSchema> = {
  string,
  number: { type: 'number' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  any: {},
  blob: BLOB_SCHEMA,
  '[string]': { type: 'array', items: string },
  'string[]': { type: 'array', items: string },
  'string[][]': { type: 'array', items: { type: 'array', items: string } },
  '"[string]"': { type: 'array', items: string },
  '[[number]]': { type: 'array', items: { type: 'array', items: { type: 'number' } } },
  '[{ text: string }]': { type: 'array', items: closed({ text: string }) },
  'string | null': { type: ['string', 'null'] },
  'string[] | null': { anyOf: [{ type: 'array', items: string }, { type: 'null' }] },
  'blob | null': { anyOf: [BLOB_SCHEMA, { type: 'null' }] },
  '{ a: string, b?: number }': closed({ a: string, b: { type: 'number' } }, ['a']),
  '{ a?: string }': closed({ a: string }, []),
  '{}': closed({}),
  '{ enum: [a, b, 1, null] }': { enum: ['a', 'b', 1, null] },
  '{ enum: string }': closed({ enum: string }),
  '{ type: string }': string,
  '{ type: [string, "null"], minLength: 1 }': { type: ['string', 'null'], minLength: 1 },
  '{ type: any }': closed({ type: {} }),
  '{ type: string, text: string }': closed({ type: string, text: string }),
  '{ title: string, description: string }': closed({ title: string, description: string }),
  '{ const: 5 }': { const: 5 },
  '{ anyOf: [{ type: string }, { type: number }] }': { anyOf: [string, { type: 'number' }] },
  '{ type: object, properties: { a: { type: string } } }': { type: 'object', properties: { a: string } },
  '{ type: array, prefixItems: [{ type: string }], items: false }': {
    type: 'array',
    prefixItems: [string],
    items: false,
  },
  '{ $ref: "#/$defs/a", $defs: { a: { type: string } } }': { $ref: '#/$defs/field.a' },
  '{ type: string, pattern: "^[a-z]+$" }': { type: 'string', pattern: '^[a-z]+$' },
}

const test = suite('type shorthand')

for (const [type, schema] of Object.entries(TYPES)) {
  test(`${type} is ${JSON.stringify(schema)}`, () => assert.equal(readField(type), schema))
}

test('the input is a closed object; a field with a default is optional', () => {
  const { schema } = readInput('{ a: string, b?: number, c: { type: integer, default: 3 } }')
  const c = { type: 'integer', default: 3 }
  assert.equal(schema, closed({ a: string, b: { type: 'number' }, c }, ['a']))
})

test('the input may be JSON Schema of an object, and may have a field named type', () => {
  assert.equal(readInput('{ type: object, properties: { a: { type: string } } }').schema, {
    type: 'object',
    properties: { a: string },
  })
  assert.equal(readInput('{ type: string }').schema, closed({ type: string }))
})

test('where both readings fit it is JSON Schema, with a warning only where a key looks like a field', () => {
  const { schema, codes } = readInput('{ book: { type: string, title: string } }')
  assert.equal(schema?.properties?.book, { type: 'string', title: 'string' })
  assert.equal(codes, ['3:32 ambiguous_type'])
  assert.equal(readInput('{ book: { type: string, title: The title } }').codes, [])
})

const WRONG: Record<string, [code: string, hint: string | null]> = {
  sting: ['unknown_type', "did you mean 'string'?"],
  int: ['unknown_type', "did you mean 'integer'?"],
  array: ['unknown_type', "did you mean '[any]'?"],
  '[a, b]': ['bad_type', 'for one of these texts, write { enum: ["a","b"] }'],
  '[]': ['bad_type', 'write [string]'],
  '5': ['bad_type', 'write string, number, boolean, [string], { field: string }, …'],
  '{ type: string, minLength: x }': ['bad_schema', null],
  '{ type: string, pattern: "(" }': ['invalid_regular_expression', 'RE2 has no lookaround and no backreferences'],
  '{ type: string, pattern: "(?=a)" }': ['invalid_regular_expression', 'RE2 has no lookaround and no backreferences'],
  '{ type: object, patternProperties: { "(": {} } }': [
    'invalid_regular_expression',
    'RE2 has no lookaround and no backreferences',
  ],
  '{ type: string, not: 5 }': ['bad_schema', null],
  '{ $ref: "#/$defs/none" }': ['bad_schema', null],
}

for (const [type, [code, hint]] of Object.entries(WRONG)) {
  test(`${type} is a finding, and any`, () => {
    const { codes, hints } = readInput(`\n  field: ${type}`)
    assert.equal(
      codes.map((found) => found.split(' ')[1]),
      [code],
    )
    assert.equal(hints, [hint])
  })
}

test.run()
