import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { narrowSchema, type SchemaDialect } from '../../../src/actors/llm/narrow-schema.ts'
import type { JsonSchema } from '../../../src/core/json-schema.ts'

const OPEN: SchemaDialect = {
  keeps: (keyword) => ['type', 'description', 'minimum'].includes(keyword),
  closed: false,
  takesLiteral: (value) => typeof value === 'string' || typeof value === 'number',
}

const CLOSED: SchemaDialect = { ...OPEN, closed: true }

const NODE = { type: 'object', properties: { next: { $ref: '#/$defs/node' } } }

/** Case, schema, the result of an open dialect, and of one that takes closed objects alone. Default of the last: as the third. */
const TABLE: [string, JsonSchema, JsonSchema | undefined, (JsonSchema | undefined | 'same')?][] = [
  ['a type', { type: 'string' }, { type: 'string' }],
  ['a list of types', { type: ['string', 'null'] }, { type: ['string', 'null'] }],
  ['a limit that is kept', { type: 'number', minimum: 0 }, { type: 'number', minimum: 0 }],
  ['a limit that is only said', { type: 'number', maximum: 1 }, { type: 'number', description: 'maximum: 1' }],
  [
    'a limit beside a description',
    { type: 'string', description: 'A name.', maxLength: 9 },
    { type: 'string', description: 'A name. (maxLength: 9)' },
  ],
  ['what has no short words', { type: 'string', not: { enum: ['x'] }, if: {}, $comment: 'c' }, { type: 'string' }],
  ['an enum', { enum: ['a', 'b'] }, { enum: ['a', 'b'] }],
  ['an enum of other values', { enum: [true, null] }, { type: ['boolean', 'null'] }],
  ['a constant', { const: 'a' }, { enum: ['a'] }],
  [
    'an object',
    { type: 'object', properties: { a: { const: 1 } }, required: ['a'] },
    { type: 'object', properties: { a: { enum: [1] } }, required: ['a'] },
    { type: 'object', properties: { a: { enum: [1] } }, required: ['a'], additionalProperties: false },
  ],
  [
    'an object of any keys',
    { type: 'object', additionalProperties: { type: 'number', maximum: 1 } },
    { type: 'object', additionalProperties: { type: 'number', description: 'maximum: 1' } },
    undefined,
  ],
  ['an object of anything', { type: 'object' }, { type: 'object' }, undefined],
  [
    'an object with keys, and any others',
    { type: 'object', properties: { a: { type: 'null' } }, additionalProperties: true },
    { type: 'object', properties: { a: { type: 'null' } }, additionalProperties: true },
    undefined,
  ],
  [
    'a required key without a schema',
    { type: 'object', properties: {}, required: ['a'] },
    { type: 'object', properties: {}, required: ['a'] },
    undefined,
  ],
  ['a list', { type: 'array', items: { type: 'string' } }, { type: 'array', items: { type: 'string' } }],
  ['anything', {}, {}, undefined],
  ['anything within', { type: 'object', properties: { a: {} } }, { type: 'object', properties: { a: {} } }, undefined],
  ['a choice', { anyOf: [{ type: 'string' }, { const: 1 }] }, { anyOf: [{ type: 'string' }, { enum: [1] }] }],
  [
    'one of several',
    { oneOf: [{ type: 'string' }, { type: 'null' }] },
    { anyOf: [{ type: 'string' }, { type: 'null' }] },
  ],
  [
    'all of several',
    {
      allOf: [{ type: 'object', properties: { a: { type: 'null' } }, required: ['a'] }],
      properties: { b: { type: 'null' } },
    },
    { type: 'object', properties: { a: { type: 'null' }, b: { type: 'null' } }, required: ['a'] },
    {
      type: 'object',
      properties: { a: { type: 'null' }, b: { type: 'null' } },
      required: ['a'],
      additionalProperties: false,
    },
  ],
  ['all of choices', { allOf: [{ anyOf: [{ type: 'string' }] }, { anyOf: [{ type: 'null' }] }] }, undefined],
  [
    'a reference, and what stands beside it',
    {
      $defs: { a: { type: 'string', maxLength: 1 } },
      type: 'array',
      items: { $ref: '#/$defs/a', description: 'One.' },
    },
    { $defs: { a: { type: 'string', description: 'maxLength: 1' } }, type: 'array', items: { $ref: '#/$defs/a' } },
  ],
  ['a reference to somewhere else', { $ref: 'https://a.example/schema' }, undefined],
  ['a schema that holds itself', { $defs: { node: NODE }, $ref: '#/$defs/node' }, undefined],
  ['a schema that is its own part', { type: 'array', items: { $ref: '#' } }, undefined],
  [
    'a property by the name of a keyword',
    { type: 'object', properties: { $ref: { type: 'string' }, anyOf: { type: 'null' } } },
    { type: 'object', properties: { $ref: { type: 'string' }, anyOf: { type: 'null' } } },
    'same',
  ],
]

const test = suite('narrow a schema')

for (const [what, schema, open, closed = 'same'] of TABLE) {
  test(`${what}, open: ${JSON.stringify(schema)}`, () => {
    const before = structuredClone(schema)
    assert.equal(narrowSchema(schema, OPEN), open)
    assert.equal(schema, before)
  })
  if (closed !== 'same')
    test(`${what}, closed: ${JSON.stringify(schema)}`, () => assert.equal(narrowSchema(schema, CLOSED), closed))
}

test('a schema that is nested too deeply gives undefined, and does not throw', () => {
  let schema: JsonSchema = { type: 'string' }
  for (let depth = 0; depth < 50_000; depth++) schema = { type: 'array', items: schema }
  assert.is(narrowSchema(schema, OPEN), undefined)
})

test.run()
