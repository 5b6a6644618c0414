import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isFault } from '../../src/core/fault.ts'
import type { JsonSchema } from '../../src/core/json-schema.ts'
import { createValidator, findSchemaProblem } from '../../src/core/json-schema-validator.ts'

const schemas = suite('json schema validator')

const TICKET: JsonSchema = {
  type: 'object',
  properties: { id: { type: 'string' }, tags: { type: 'array', items: { type: 'string' }, uniqueItems: true } },
  required: ['id'],
  additionalProperties: false,
}

const CASES: [schema: JsonSchema, value: unknown, problem: string | undefined][] = [
  [TICKET, { id: 'a' }, undefined],
  [TICKET, 4, "'/' must be object, got 4"],
  [TICKET, {}, "'/' must have the field 'id'"],
  [TICKET, { id: 5 }, "'/id' must be string, got 5"],
  [TICKET, { id: '5', tag: [] }, "'/tag' is not a known field: did you mean 'tags'?"],
  [TICKET, { id: '5', x: [] }, "'/x' is not a known field: expected one of id, tags"],
  [TICKET, { tags: ['a', 1] }, "'/' must have the field 'id'; '/tags/1' must be string, got 1"],
  [TICKET, { id: 'a', tags: ['b', 'b'] }, '\'/tags\' must not have two equal items, got ["b","b"]'],
  [{ enum: ['bug', 'billing'] }, 'x', '\'/\' must be one of "bug", "billing", got "x"'],
  [{ const: 1 }, 2, "'/' must be 1, got 2"],
  [{ type: ['string', 'null'] }, 1, "'/' must be string or null, got 1"],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 1, "'/' must be string or null, got 1"],
  [
    { oneOf: [{ type: 'string' }, { minLength: 1 }] },
    'a',
    '\'/\' must be one of the kinds that are allowed, not several, got "a"',
  ],
  [{ type: 'integer', minimum: 1 }, 0, "'/' must be >= 1, got 0"],
  [{ type: 'string', pattern: '^a+$' }, 'b', '\'/\' must match pattern "^a+$", got "b"'],
  [{ type: 'string' }, 'a'.repeat(500), undefined],
  [{ type: 'number' }, 'a'.repeat(500), `'/' must be number, got "${'a'.repeat(56)}"…`],
  [{ format: 'email', type: 'string' }, 'not one', `'/' must match format "email", got "not one"`],
  [
    { format: 'date', type: 'string' },
    '2026-02-30',
    `'/' must match format "date", got "2026-02-30": there is no day 2026-02-30`,
  ],
  [
    { format: 'date-time', type: 'string' },
    '2026-11-29T09:00:00',
    `'/' must match format "date-time", got "2026-11-29T09:00:00": write the offset: 2026-11-29T09:00:00Z for UTC`,
  ],
  [{ format: 'made-up', type: 'string' }, 'anything', undefined],
  ...[19.99, 0.07, 4.35, -0.3, 1e300].map((value): [JsonSchema, unknown, undefined] => [
    { multipleOf: 0.01 },
    value,
    undefined,
  ]),
  [{ multipleOf: 0.01 }, 0.005, "'/' must be a multiple of 0.01, got 0.005"],
  [{ multipleOf: 1e-300 }, 1e-301, "'/' must be a multiple of 1e-300, got 1e-301"],
  [{ type: 'integer' }, '5', '\'/\' must be integer, got "5"'],
  [{ unknownKeyword: 1 }, 'x', undefined],
  [{ type: 'number' }, Number.POSITIVE_INFINITY, "'/' must be number, got null"],
  [{ properties: { toString: { type: 'string' } } }, {}, undefined],
  [{ type: 'object', required: ['toString'] }, {}, "'/' must have the field 'toString'"],
  [
    JSON.parse('{"if":{"type":"string"},"then":{"minLength":2}}'),
    'a',
    '\'/\' must NOT have fewer than 2 characters, got "a"',
  ],
]

for (const [schema, value, problem] of CASES)
  schemas(
    `${JSON.stringify(value).slice(0, 40)} by ${JSON.stringify(schema).slice(0, 60)}: ${problem ?? 'fits'}`,
    () => {
      assert.is(createValidator(schema)(value), problem)
    },
  )

schemas('at most three findings are told, the others counted', () => {
  const fields = Object.fromEntries([...'abcde'].map((name) => [name, { type: 'string' }]))
  const problem = createValidator({ type: 'object', properties: fields })({ a: 1, b: 2, c: 3, d: 4, e: 5 })
  assert.is(problem, "'/a' must be string, got 1; '/b' must be string, got 2; '/c' must be string, got 3; and 2 more")
})

const WRONG_SCHEMAS: [schema: unknown, problem: string][] = [
  [5, "'/' must be object or boolean, got 5"],
  [{ type: 'strng' }, "'/type' must be one of"],
  [{ minimum: '5' }, '\'/minimum\' must be number, got "5"'],
  [{ properties: { a: { required: 'x' } } }, '\'/properties/a/required\' must be array, got "x"'],
  [{ $ref: '#/$defs/gone' }, "can't resolve reference #/$defs/gone"],
  [{ $ref: 'https://example.org/schema.json' }, "can't resolve reference https://example.org/schema.json"],
  [{ type: 'string', pattern: '(a)\\1' }, 'a pattern is not a regular expression of RE2'],
  [{ type: 'string', pattern: '(' }, 'a pattern is not a regular expression of RE2'],
]

for (const [schema, problem] of WRONG_SCHEMAS)
  schemas(`${JSON.stringify(schema)} is no schema: ${problem}`, () => {
    assert.match(findSchemaProblem(schema) ?? '', problem)
  })

schemas('a wrong schema is the fault invalid_input', () => {
  try {
    createValidator({ type: 'strng' })
    assert.unreachable()
  } catch (error) {
    assert.ok(isFault(error) && error.code === 'invalid_input')
  }
})

schemas('a schema makes one validator, with and without defaults another', () => {
  const schema: JsonSchema = { type: 'object', properties: { n: { type: 'integer', default: 3 } } }
  assert.is(createValidator(schema), createValidator(schema))
  assert.is.not(createValidator(schema), createValidator(schema, { useDefaults: true }))
  const value = {}
  createValidator(schema)(value)
  assert.equal(value, {})
  createValidator(schema, { useDefaults: true })(value)
  assert.equal(value, { n: 3 })
})

schemas('two schemas may have one $id', () => {
  for (const type of ['string', 'number'])
    assert.type(createValidator({ $id: 'https://example.org/a', type })(null), 'string')
})

schemas('a pattern and uniqueItems take linear time', () => {
  const startedAt = performance.now()
  createValidator({ pattern: '^(a+)+$' })(`${'a'.repeat(20_000)}b`)
  createValidator({ uniqueItems: true })(Array.from({ length: 50_000 }, (_, n) => ({ n })))
  assert.ok(performance.now() - startedAt < 1000)
})

schemas('a value that is nested too deeply is a finding', () => {
  let deep: unknown[] = []
  for (let depth = 0; depth < 100_000; depth++) deep = [deep]
  const problem = createValidator({ $ref: '#/$defs/l', $defs: { l: { type: 'array', items: { $ref: '#/$defs/l' } } } })(
    deep,
  )
  assert.is(problem, 'it is nested too deeply')
})

schemas.run()
