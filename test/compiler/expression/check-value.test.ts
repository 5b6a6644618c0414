import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ValueNode } from '../../../src/compiler/document.ts'
import { findMismatches } from '../../../src/compiler/expression/assign-value.ts'
import { checkValue } from '../../../src/compiler/expression/check-value.ts'
import { describeType } from '../../../src/compiler/expression/type.ts'
import { typeOfSchema } from '../../../src/compiler/expression/type-of-schema.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import { closedObject, type JsonSchema } from '../../../src/core/json-schema.ts'
import { SCENE, toNames, toNode } from './scene.ts'

const test = suite('check value')

const names = toNames(SCENE)

for (const [value, type] of [
  ['text', "'text'"],
  [null, 'null'],
  ['${input.max_drafts}', 'number'],
  ['${input.max_drafts} drafts', 'string'],
  ['Bearer ${secrets.TOKEN}', 'string'],
  [{ a: ['${iter.count}', 'x'], b: { c: true } }, "{ a: a list of number | 'x', b: { c: true } }"],
] as [JsonValue, string][]) {
  test(`${JSON.stringify(value)} has the type ${type}`, () => {
    const checked = checkValue(toNode(value), names)
    assert.equal(checked.findings, [])
    assert.is(describeType(checked.type), type)
  })
}

for (const [value, code] of [
  ['Hello ${input.maybe}', 'possibly_null'],
  ['Hello ${null}', 'possibly_null'],
  ['Hello ${input.?note}', 'possibly_null'],
  ['Bearer ${secrets.TOKEN + "x"}', 'secret_misused'],
  ['Bearer ${json(secrets.TOKEN)}', 'secret_misused'],
  ['Bearer ${secrets.TOKN}', 'unknown_secret'],
  [{ a: { b: ['${inptu}'] } }, 'unknown_name'],
] as [JsonValue, string][]) {
  test(`${JSON.stringify(value)} is ${code}`, () => {
    assert.equal(
      checkValue(toNode(value), names).findings.map((finding) => finding.code),
      [code],
    )
  })
}

test('findings and reads of all parts come together', () => {
  const checked = checkValue(
    toNode({ a: '${steps.classify.output.labl} and ${steps.review.output.why}', b: '${x}' }),
    names,
  )
  assert.equal(
    checked.findings.map(({ code }) => code),
    ['unknown_field', 'unknown_name'],
  )
  assert.equal(
    checked.reads.map(({ step }) => step),
    ['classify', 'review'],
  )
})

const REQUEST: JsonSchema = {
  type: 'object',
  properties: {
    url: { type: 'string' },
    method: { enum: ['GET', 'POST'] },
    headers: { type: 'object', additionalProperties: { type: 'string' } },
    tags: { type: 'array', items: { type: 'string' } },
    json: {},
    limit: { type: 'integer' },
    auth: {
      anyOf: [
        closedObject({ bearer: { type: 'string' } }),
        closedObject({ basic: closedObject({ user: { type: 'string' }, password: { type: 'string' } }) }),
      ],
    },
  },
  required: ['url'],
  additionalProperties: false,
}

/** Each value gets a range of its own, by the order in which it is met: keys and values count. */
const numberRanges = (node: ValueNode, counter = { at: 0 }): ValueNode => {
  const next = (): { start: number; end: number } => ({ start: counter.at, end: ++counter.at })
  const range = next()
  if (node.kind === 'list') return { ...node, range, items: node.items.map((item) => numberRanges(item, counter)) }
  if (node.kind !== 'map') return { ...node, range }
  const entries = node.entries.map(({ key, value }) => ({
    key: { ...key, range: next() },
    value: numberRanges(value, counter),
  }))
  return { ...node, range, entries }
}

for (const [value, expected] of [
  [{ url: 'x', method: 'GET', headers: { a: '${secrets.TOKEN}' }, json: [null], limit: '${iter.count}' }, []],
  ['${input.free}', []],
  [{}, ["missing_field@0: 'url' is missing: expected string"]],
  [{ url: 1 }, ['type_mismatch@2: the value does not fit: expected string, got 1']],
  [
    { url: 'x', methd: 'GET' },
    ["unknown_field@3: 'methd' is no field here: expected url, method, headers, tags, json, limit, auth"],
  ],
  [{ url: 'x', method: 'PST' }, ["unknown_enum_value@4: 'PST' is not allowed here: expected 'GET' | 'POST'"]],
  [
    { url: 'x', tags: ['a', 1, '${iter.count}'] },
    [
      'type_mismatch@6: the value does not fit: expected string, got 1',
      'type_mismatch@7: the value does not fit: expected string, got number',
    ],
  ],
  [
    { url: '${input.maybe}', headers: { a: true } },
    [
      'possibly_null@2: the value may be null: expected string, got string | null',
      'type_mismatch@6: the value does not fit: expected string, got true',
    ],
  ],
  [{ url: 'x', auth: { bearer: '${secrets.TOKEN}' } }, []],
  [{ url: 'x', auth: { bearr: 'y' } }, ["unknown_field@5: 'bearr' is no field here: expected bearer, basic"]],
  [{ url: 'x', auth: { basic: { user: 'y' } } }, ["missing_field@6: 'password' is missing: expected string"]],
  [
    { url: 'x', auth: { bearer: 'y', basic: { user: 'a', password: 'b' } } },
    [
      "type_mismatch@4: the value does not fit: expected { bearer: string } | { basic: { user: string, password: string } }, got { bearer: 'y', basic: { user: 'a', password: 'b' } }",
    ],
  ],
] as [JsonValue, string[]][]) {
  test(`${JSON.stringify(value)} has ${expected.length} mismatches`, () => {
    const node = numberRanges(toNode(value))
    const mismatches = findMismatches(node, checkValue(node, names).type, { expected: typeOfSchema(REQUEST), text: '' })
    assert.equal(
      mismatches.map(({ code, range, message }) => `${code}@${range.start}: ${message}`),
      expected,
    )
  })
}

test.run()
