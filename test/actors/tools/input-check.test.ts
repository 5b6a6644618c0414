import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findInputProblem } from '../../../src/actors/tools/input-check.ts'
import { TOOL_DESCRIPTIONS } from '../../../src/actors/tools/tool-catalogue.ts'
import { createValidator } from '../../../src/core/json-schema-validator.ts'

const inputs = suite('input check')

/** Keywords that the check reads, and annotations that it need not read. */
const KNOWN_KEYWORDS =
  'type enum properties required additionalProperties items anyOf minimum maximum minLength description default'.split(
    ' ',
  )

const collectKeywords = (schema: unknown, found = new Set<string>()): Set<string> => {
  if (typeof schema !== 'object' || schema === null) return found
  for (const [keyword, value] of Object.entries(schema)) {
    found.add(keyword)
    if (keyword === 'properties') for (const field of Object.values(value)) collectKeywords(field, found)
    else if (keyword === 'items' || keyword === 'additionalProperties') collectKeywords(value, found)
    else if (keyword === 'anyOf') for (const choice of value) collectKeywords(choice, found)
  }
  return found
}

inputs('schemas of tools use no keyword that it does not read', () => {
  const used = TOOL_DESCRIPTIONS.flatMap(({ input }) => [...collectKeywords(input)])
  assert.ok(used.length > 50)
  assert.equal(
    [...new Set(used)].filter((keyword) => !KNOWN_KEYWORDS.includes(keyword)),
    [],
  )
})

/** Values near to an input, so that more than their type is judged. */
const anyFieldOf = (names: string[]): fc.Arbitrary<unknown> => {
  const value = fc.oneof(
    fc.constantFrom(
      '',
      'x',
      'GET',
      'text',
      'json',
      'replace',
      0,
      1,
      -1,
      2.5,
      200,
      1e9,
      true,
      null,
      [],
      [200],
      [99, 'x'],
      {},
      { bearer: 'x' },
      { bearer: '' },
      { bearer: 'x', basic: { user: 'a', password: 'b' } },
      { basic: { user: 'a' } },
      { basic: { user: '', password: 'b' } },
      { api_key: { in: 'query', name: 'a', value: 'b' } },
      { api_key: { in: 'body', name: 'a', value: 'b' } },
    ),
    fc.dictionary(
      fc.constantFrom('a', '__proto__'),
      fc.oneof(fc.string(), fc.integer(), fc.constant([1, 'b']), fc.constant([[]])),
    ),
    fc.jsonValue(),
  )
  return fc.oneof(
    { weight: 9, arbitrary: fc.dictionary(fc.constantFrom(...names, 'extra', 'constructor'), value) },
    { weight: 1, arbitrary: fc.jsonValue() },
  )
}

for (const { name, input } of TOOL_DESCRIPTIONS)
  inputs(`${name}: its verdicts are those of ajv`, () => {
    const validate = createValidator(input)
    return fc.assert(
      fc.property(anyFieldOf(Object.keys(input.properties ?? {})), (value) => {
        assert.is(findInputProblem(input, value) === undefined, validate(value) === undefined, JSON.stringify(value))
      }),
      { numRuns: 300 },
    )
  })

const MESSAGES: [tool: string, input: unknown, message: string][] = [
  ['http.get', 5, "'/' must be object, got 5"],
  ['http.get', {}, "'/' must have the field 'url'"],
  ['http.get', { url: 5 }, "'/url' must be string, got 5"],
  ['http.get', { url: '' }, "'/url' must not be empty"],
  ['http.get', { ulr: 'x', url: 'x' }, "'/ulr' is not a known field: did you mean 'url'?"],
  ['http.get', { url: 'x', headers: { a: 1 } }, "'/headers/a' must be string, got 1"],
  ['http.get', { url: 'x', accept_status: [404, 'x'] }, '\'/accept_status/1\' must be integer, got "x"'],
  ['http.get', { url: 'x', max_bytes: -1 }, "'/max_bytes' must be >= 0, got -1"],
  ['http.get', { url: 'x', auth: {} }, "'/auth' must have exactly one of the fields bearer, basic, api_key"],
  ['http.get', { url: 'x', auth: 'x' }, "'/auth' must have exactly one of the fields bearer, basic, api_key"],
  [
    'http.get',
    { url: 'x', auth: { bearer: 'x', basic: { user: 'a', password: 'b' } } },
    "'/auth' must have exactly one of the fields bearer, basic, api_key",
  ],
  ['http.get', { url: 'x', auth: { basic: { user: 'a' } } }, "'/auth/basic' must have the field 'password'"],
  [
    'http.request',
    { url: 'x', method: 'GTE' },
    '\'/method\' must be one of "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", got "GTE"',
  ],
]

for (const [tool, value, message] of MESSAGES)
  inputs(`${tool} says of ${JSON.stringify(value)}: ${message}`, () => {
    const schema = TOOL_DESCRIPTIONS.find(({ name }) => name === tool)?.input ?? {}
    assert.is(findInputProblem(schema, value), message)
  })

inputs.run()
