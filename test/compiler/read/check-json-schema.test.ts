import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isPlainSchema } from '../../../src/compiler/read/plain-json-schema.ts'
import { readText } from '../../support/read-text.ts'

/** Findings as `COLUMN CODE`; column 1 is the first of the schema. */
const check = (schema: string): string[] =>
  readText(`workflow: w\nsteps: [{ id: a, set: { x: 1 } }]\ninput:\n  f: ${schema}\n`).found.map(
    ({ column, code }) => `${column - '  f: '.length} ${code}`,
  )

const test = suite('JSON Schema of users')

const CASES: Record<string, string[]> = {
  '{ const: a, type: [string, nul] }': ['28 bad_schema'],
  '{ anyOf: [{ type: strng }] }': ['19 bad_schema'],
  '{ type: array, items: { typ: string } }': ['25 bad_schema'],
  '{ type: object, properties: { a/b: { minLength: -1 } } }': ['49 bad_schema'],
  '{ type: string, minLength: 1.5, pattern: "(" }': ['28 bad_schema', '42 invalid_regular_expression'],
  '{ type: object, patternProperties: { "(": {} } }': ['38 invalid_regular_expression'],
  '{ type: string, pattern: "^a$", default: b }': ['42 bad_default'],
  '{ type: array, items: { type: string, pattern: "^b$", default: b } }': [],
  '{ type: object, properties: { a: { type: string } }, default: { a: 1 } }': [],
  '{ type: string, $defs: { a: { note: 1, type: string, default: 1 } } }': [],
  '{ type: string, $schema: "http://json-schema.org/draft-07/schema#" }': ['1 bad_schema'],
  '{ type: string, $id: "a:b", minLength: 0 }': [],
}

for (const [schema, findings] of Object.entries(CASES))
  test(`${schema} has ${findings.length === 0 ? 'no finding' : findings.join(' and ')}`, () =>
    assert.equal(check(schema), findings))

test('a second schema with the same $id is judged by itself', () => {
  assert.equal(check('{ type: string, $id: "a:b", maxLength: 0 }'), [])
})

test('plain schemas are accepted without ajv, and a default only if it fits', () => {
  assert.ok(isPlainSchema({ type: 'object', properties: { a: { type: 'integer', default: 1 } }, required: ['a'] }))
  assert.not(isPlainSchema({ type: 'integer', default: 1.5 }))
  assert.not(isPlainSchema({ type: 'integer', minimum: 1, default: 0 }))
  assert.not(isPlainSchema({ enum: ['a'], default: 'b' }))
  assert.not(isPlainSchema({ type: 'string', maxLength: -1 }))
  assert.not(isPlainSchema({ type: 'string', toString: 1 }))
})

test.run()
