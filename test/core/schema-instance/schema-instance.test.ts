import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isFault } from '../../../src/core/fault.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import type { JsonSchema } from '../../../src/core/json-schema.ts'
import { createInstance } from '../../../src/core/schema-instance/schema-instance.ts'
import { catchFault } from '../../support/catch-fault.ts'

const test = suite('schema instance')

const closed = (properties: Record<string, JsonSchema>, required = Object.keys(properties)): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const TREE: JsonSchema = {
  $ref: '#/$defs/tree',
  $defs: { tree: closed({ name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/tree' } } }) },
}

const CASES: readonly [title: string, schema: JsonSchema, instance: JsonValue][] = [
  ['a string is the text', { type: 'string' }, 'hello'],
  ['a long string is cut to maxLength', { type: 'string', maxLength: 2 }, 'he'],
  ['a short string is filled up to minLength', { type: 'string', minLength: 7 }, 'hello..'],
  ['any value is the text', {}, 'hello'],
  ['an enum gives its first value', { enum: ['bug', 'billing'] }, 'bug'],
  ['an enum may begin with null', { enum: [null, 'bug'] }, null],
  ['a const is itself', { const: { a: 1 } }, { a: 1 }],
  ['a number is 0', { type: 'number' }, 0],
  ['a number keeps to its minimum', { type: 'number', minimum: 2.5 }, 2.5],
  ['a number keeps to its maximum', { type: 'number', maximum: -2.5 }, -2.5],
  ['a number keeps within exclusive limits', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
  ['a number without an upper limit is above an exclusive minimum', { type: 'number', exclusiveMinimum: 3 }, 4],
  ['an integer is above an exclusive minimum', { type: 'integer', exclusiveMinimum: 0 }, 1],
  ['an integer is rounded into its limits', { type: 'integer', minimum: 2.2 }, 3],
  ['an integer below 0 is rounded into its limits', { type: 'integer', maximum: -2.2 }, -3],
  ['a multiple is within its limits', { type: 'integer', minimum: 11, multipleOf: 5 }, 15],
  ['an integer among multiples that are none', { type: 'integer', minimum: 1, multipleOf: 0.75 }, 3],
  ['a boolean is true', { type: 'boolean' }, true],
  ['null is null', { type: 'null' }, null],
  ['a list has one item', { type: 'array', items: { type: 'string' } }, ['hello']],
  ['a list has minItems items', { type: 'array', items: { type: 'number' }, minItems: 3 }, [0, 0, 0]],
  ['a list of at most no items is empty', { type: 'array', maxItems: 0 }, []],
  [
    'items that must differ do',
    { type: 'array', items: { type: 'string' }, minItems: 2, uniqueItems: true },
    ['hello', 'hello 2'],
  ],
  [
    'a tuple has its items',
    { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false },
    ['hello', 0],
  ],
  [
    'an object has its required fields alone',
    closed({ a: { type: 'string' }, b: { type: 'number' } }, ['b']),
    { b: 0 },
  ],
  [
    'an object has minProperties fields',
    { ...closed({ a: {}, b: {} }, ['b']), minProperties: 2 },
    { a: 'hello', b: 'hello' },
  ],
  ['a required field that is not described is the text', { type: 'object', required: ['x'] }, { x: 'hello' }],
  ['of several types the first counts', { type: ['string', 'null'] }, 'hello'],
  ['anyOf gives the first', { anyOf: [{ type: 'number' }, { type: 'string' }] }, 0],
  [
    'anyOf passes over what can not be',
    { anyOf: [{ type: 'string', minLength: 3, maxLength: 2 }, { type: 'string' }] },
    'hello',
  ],
  [
    'allOf asks for all',
    { allOf: [closed({ a: { type: 'number' } }), { properties: { a: { minimum: 3 } } }] },
    { a: 3 },
  ],
  [
    'allOf joins two references',
    {
      allOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/b' }],
      $defs: {
        a: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] },
        b: { type: 'object', properties: { b: { type: 'boolean' } }, required: ['b'] },
      },
    },
    { a: 0, b: true },
  ],
  ['a reference is followed', { $ref: '#/$defs/a%2Fb', $defs: { 'a/b': { type: 'number' } } }, 0],
  ['a recursive list ends empty', TREE, { name: 'hello', children: [] }],
  ['a field may be called __proto__', { type: 'object', required: ['__proto__'] }, JSON.parse('{"__proto__":"hello"}')],
]

const ajv = new Ajv2020({ strict: false })

for (const [title, schema, instance] of CASES) {
  test(title, () => {
    const made = createInstance(schema, 'hello')
    assert.equal(JSON.stringify(made), JSON.stringify(instance))
    assert.ok(ajv.validate(schema, made), ajv.errorsText())
  })
}

const IMPOSSIBLE: readonly [title: string, schema: JsonSchema, reason: RegExp][] = [
  [
    'limits that exclude each other',
    { type: 'number', minimum: 2, maximum: 1 },
    /at '\/' no number is within its limits/,
  ],
  ['lengths that exclude each other', { type: 'string', minLength: 3, maxLength: 2 }, /no text has 3 to 2 characters/],
  ['an empty enum', closed({ label: { enum: [] } }), /at '\/label' its enum is empty/],
  [
    'an object that must hold itself',
    { $ref: '#/$defs/a', $defs: { a: closed({ a: { $ref: '#/$defs/a' } }) } },
    /holds itself without an end/,
  ],
  ['an allOf of itself', { allOf: [{ $ref: '#' }] }, /nested deeper than/],
  ['a reference to nothing', { $ref: '#/$defs/none' }, /leads nowhere/],
  ['a billion items', { type: 'array', minItems: 1e9 }, /no list has/],
  ['types that exclude each other', { allOf: [{ type: 'string' }, { type: 'number' }] }, /no type is left/],
]

for (const [title, schema, reason] of IMPOSSIBLE) {
  test(`${title}: the fault invalid_output has place and reason`, () => {
    try {
      createInstance(schema, 'hello')
    } catch (error) {
      assert.ok(isFault(error))
      assert.is(error.code, 'invalid_output')
      assert.match(error.message, reason)
      return
    }
    assert.unreachable()
  })
}

test('a wrong schema is the fault invalid_input', async () => {
  const fault = await catchFault(() =>
    createInstance({ type: 'object', required: 5 } as unknown as JsonSchema, 'hello'),
  )
  assert.is(fault.code, 'invalid_input')
})

test('instances of nested schemas match them', async () => {
  const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<JsonSchema>({ type: 'string' }, { type: 'boolean' }, { type: 'null' }, { enum: ['a', 1] }),
      fc.record({
        type: fc.constant('integer'),
        minimum: fc.integer({ min: -9, max: 9 }),
        multipleOf: fc.integer({ min: 1, max: 5 }),
      }),
      fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.nat(3) }),
      fc.dictionary(fc.string({ maxLength: 3 }), tie('schema'), { maxKeys: 3 }).map((fields) => closed(fields)),
      fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    ),
  }))
  await fc.assert(
    fc.property(schema, fc.string(), (wanted, text) => {
      assert.ok(ajv.validate(wanted, createInstance(wanted, text)), ajv.errorsText())
    }),
    { numRuns: 300 },
  )
})

test.run()
