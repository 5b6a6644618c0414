/** The checker against the evaluator: what passes the check has no failure but those that only data decides, and its value fits its type. */
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { membersOf, type Type } from '../../../src/compiler/expression/type.ts'
import { typeOfSchema } from '../../../src/compiler/expression/type-of-schema.ts'
import { isFault } from '../../../src/core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/core/json.ts'
import type { JsonSchema } from '../../../src/core/json-schema.ts'
import { check, DATA, type Data, evaluate } from './scene.ts'

const test = suite('soundness')

const FIELDS = ['a', 'b', 'ok', 'kind']

/** A schema, and a value that fits it. */
interface Sample {
  schema: JsonSchema
  value: JsonValue
}

const scalar: fc.Arbitrary<Sample> = fc.oneof(
  fc.integer({ min: -5, max: 5 }).map((value) => ({ schema: { type: 'integer' }, value })),
  fc.double({ min: -2, max: 2, noNaN: true }).map((value) => ({ schema: { type: 'number' }, value })),
  fc.constantFrom('', 'x', 'yes', '12', '😀').map((value) => ({ schema: { type: 'string' }, value })),
  fc.boolean().map((value) => ({ schema: { type: 'boolean' }, value })),
  fc.constantFrom('bug', 'billing').map((value) => ({ schema: { enum: ['bug', 'billing'] }, value })),
  fc.constantFrom('x', null).map((value) => ({ schema: { type: ['string', 'null'] }, value })),
  fc.constantFrom(1, null).map((value) => ({ schema: { type: ['number', 'null'] }, value })),
)

const closed = (properties: Record<string, JsonSchema>, required: string[]): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const choice: fc.Arbitrary<Sample> = fc.boolean().map((ok) => ({
  schema: {
    oneOf: [
      closed({ ok: { const: true }, a: { type: 'number' } }, ['ok', 'a']),
      closed({ ok: { const: false }, b: { type: 'string' } }, ['ok', 'b']),
    ],
  },
  value: ok ? { ok, a: 3 } : { ok, b: 'no' },
}))

const { sample } = fc.letrec<{ sample: Sample; list: Sample; object: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    choice,
    tie('list') as fc.Arbitrary<Sample>,
    tie('object') as fc.Arbitrary<Sample>,
  ),
  list: fc.tuple(tie('sample') as fc.Arbitrary<Sample>, fc.integer({ min: 0, max: 3 })).map(([item, count]) => ({
    schema: { type: 'array', items: item.schema },
    value: Array.from({ length: count }, () => item.value),
  })),
  object: fc
    .array(
      fc.record({
        name: fc.constantFrom(...FIELDS),
        field: tie('sample') as fc.Arbitrary<Sample>,
        required: fc.boolean(),
        given: fc.boolean(),
      }),
      { maxLength: 3 },
    )
    .map((fields) => {
      const last = [...new Map(fields.map((entry) => [entry.name, entry])).values()]
      return {
        schema: closed(
          Object.fromEntries(last.map(({ name, field }) => [name, field.schema])),
          last.filter(({ required }) => required).map(({ name }) => name),
        ),
        value: Object.fromEntries(
          last.filter(({ required, given }) => required || given).map(({ name, field }) => [name, field.value]),
        ) as JsonObject,
      }
    }),
}))

/** Places in the data, with and without guards; `i` is a macro's variable where there is one. */
const path: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('input', 'other', 'i', 'steps.done.output', 'steps.done'),
    fc.array(fc.constantFrom('.a', '.b', '.ok', '.kind', '.?a', '.?ok', '.?b', '[0]', '[?0]', '.status'), {
      maxLength: 3,
    }),
  )
  .map(([root, steps]) => root + steps.join(''))

const literal = fc.constantFrom(
  '0',
  '1',
  '2.5',
  "''",
  "'x'",
  "'bug'",
  "'12'",
  'true',
  'false',
  'null',
  '[]',
  '[1, 2]',
  "['x']",
)

const operator = fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||')
const macro = fc.constantFrom('map', 'filter', 'all', 'exists', 'exists_one')
const macro2 = fc.constantFrom('all', 'exists', 'existsOne', 'transformList', 'transformMap', 'transformMapEntry')
const keyMacro = fc.constantFrom('unique_by', 'group_by')
const functionName = fc.constantFrom(
  'size',
  'sum',
  'first',
  'sort',
  'json',
  'string',
  'int',
  'max',
  'flatten',
  'distinct',
  'round',
  'join',
  'abs',
  'floor',
  'lower',
  'trim',
  'keys',
  'values',
  'entries',
  'from_entries',
  'range',
  'type',
  'hash',
  'base64',
)
const pairFunction = fc.constantFrom('slice', 'index_of', 'chunk', 'merge', 'pad', 'contains', 'split', 'date_diff')

const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const part = tie('expression') as fc.Arbitrary<string>
  return {
    expression: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      { weight: 4, arbitrary: path },
      { weight: 2, arbitrary: literal },
      fc.tuple(part, operator, part).map(([a, o, b]) => `(${a} ${o} ${b})`),
      fc.tuple(path, fc.constantFrom('==', '!='), literal).map(([a, o, b]) => `(${a} ${o} ${b})`),
      fc.tuple(part, part, part).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(path, path).map(([a, b]) => `(has(${a}) ? ${a} : ${b})`),
      fc.tuple(path, part, part).map(([a, b, c]) => `(${a} != null && ${a} == ${b} ? ${a} : ${c})`),
      fc.tuple(path, part).map(([a, b]) => `(has(${a}) && ${b})`),
      part.map((a) => `!(${a})`),
      part.map((a) => `-(${a})`),
      fc.tuple(part, part).map(([a, b]) => `${a}.orValue(${b})`),
      part.map((a) => `${a}.hasValue()`),
      fc.tuple(part, macro, part).map(([a, m, b]) => `${a}.${m}(i, ${b})`),
      fc.tuple(path, part).map(([a, b]) => `${a}.filter(i, i.ok).map(i, ${b})`),
      fc.tuple(functionName, part).map(([f, a]) => `${f}(${a})`),
      fc.tuple(pairFunction, part, part).map(([f, a, b]) => `${f}(${a}, ${b})`),
      fc.tuple(part, macro2, part).map(([a, m, b]) => `${a}.${m}(k, i, ${b})`),
      fc.tuple(part, macro2, part).map(([a, m, b]) => `${a}.${m}(i, k, ${b})`),
      fc.tuple(part, part, part).map(([a, b, c]) => `${a}.reduce(i, k, ${b}, ${c})`),
      fc.tuple(part, part, part).map(([a, b, c]) => `${a}.reduce(i, k, ${b}, i + ${c})`),
      fc.tuple(part, keyMacro, part).map(([a, m, b]) => `${a}.${m}(i, ${b})`),
      fc.tuple(part, part).map(([a, b]) => `cel.bind(i, ${a}, ${b})`),
      fc.tuple(path, part).map(([a, b]) => `${a}.optMap(i, ${b}).hasValue()`),
      fc.tuple(path, part, part).map(([a, b, c]) => `${a}.optFlatMap(i, ${b}).orValue(${c})`),
      fc.tuple(path, part).map(([a, b]) => `[?${a}, ${b}]`),
      fc.tuple(path, part).map(([a, b]) => `{?"a": ${a}, "ok": ${b}}`),
      fc.tuple(part, part).map(([a, b]) => `[${a}, ${b}]`),
      fc.tuple(part, part).map(([a, b]) => `{"a": ${a}, "ok": ${b}}`),
      fc.tuple(part, part).map(([a, b]) => `(${a} in ${b})`),
    ),
  }
})

/** Failures that depend on data, which no check can know. */
const OF_DATA =
  /out of range|division by zero|result is too large|list is empty|is not a number|too much work|is no (size|position)|not a point in time|two entries have|have no order|has no field '(bug|billing|x|yes|12|)'$/

/** Makes objects whose fields only data decides. */
const MAKES_OPEN_OBJECTS = /group_by|transformMap|from_entries|merge/
const OF_OPEN_OBJECTS = new RegExp(`${OF_DATA.source}|has no field`)

const belongs = (value: JsonValue, type: Type): boolean => membersOf(type).some((member) => belongsToOne(value, member))

const belongsToOne = (value: JsonValue, type: Type): boolean => {
  switch (type.kind) {
    case 'any':
      return true
    case 'null':
      return value === null
    case 'literal':
      return value === type.value
    case 'list':
      return Array.isArray(value) && value.every((item) => belongs(item, type.item))
    case 'object':
      return isJsonObject(value) && belongsToObject(value, type)
    default:
      return typeof value === type.kind
  }
}

const belongsToObject = (value: JsonObject, { fields, rest }: Extract<Type, { kind: 'object' }>): boolean =>
  [...fields].every(([name, { optional }]) => optional || Object.hasOwn(value, name)) &&
  Object.entries(value).every(([name, item]) => {
    const type = fields.get(name)?.type ?? rest
    return type !== undefined && belongs(item, type)
  })

const toScene = (input: Sample, other: Sample, output: Sample) => ({
  scene: {
    roots: { input: typeOfSchema(input.schema), other: typeOfSchema(other.schema) },
    steps: { done: typeOfSchema(output.schema) },
  },
  data: {
    roots: { input: input.value, other: other.value },
    steps: { done: { status: 'completed', attempts: 1, output: output.value } },
  } satisfies Data,
})

test('a sample fits the type of its schema', () => {
  fc.assert(
    fc.property(sample, ({ schema, value }) => belongs(value, typeOfSchema(schema))),
    { numRuns: 1000 },
  )
})

test('what passes the check fails for reasons of data alone, and its value fits its type', () => {
  let passed = 0
  fc.assert(
    fc.property(sample, sample, sample, expression, (input, other, output, text) => {
      const { scene, data } = toScene(input, other, output)
      const checked = check(text, scene)
      if (checked.findings.length > 0) return
      passed++
      let value: JsonValue
      try {
        value = evaluate(text, data)
      } catch (error) {
        if (!isFault(error)) throw error
        assert.match(String(error.details?.reason), MAKES_OPEN_OBJECTS.test(text) ? OF_OPEN_OBJECTS : OF_DATA)
        return
      }
      assert.ok(
        belongs(value, checked.type),
        `${text} is ${JSON.stringify(value)}, its type ${JSON.stringify(checked.type)}`,
      )
    }),
    { numRuns: 20_000 },
  )
  assert.ok(passed > 1000, `only ${passed} expressions passed the check`)
})

test('whatever is written, the evaluator gives plain JSON, or a fault of expressions', () => {
  const wild = fc.oneof(
    expression,
    fc.array(expression, { maxLength: 4 }).map((parts) => parts.join(' ')),
  )
  fc.assert(
    fc.property(wild, fc.jsonValue(), fc.jsonValue(), (text, input, output) => {
      const roots = { input: input as JsonValue, other: 1 }
      const data = {
        ...DATA,
        roots,
        steps: { done: { status: 'completed', output: output as JsonValue, attempts: 1 } },
      }
      let value: JsonValue
      try {
        value = evaluate(text, data)
      } catch (error) {
        assert.ok(isFault(error) && ['expression_failed', 'unsafe_number'].includes(error.code), String(error))
        return
      }
      const json = JSON.stringify(value)
      assert.type(json, 'string')
      assert.is(JSON.stringify(JSON.parse(json)), json)
    }),
    { numRuns: 5000 },
  )
})

test.run()
