/** Draws requests from an OpenAPI document: such as it describes, and others that differ from them in one thing or in all. */
import * as fc from 'fast-check'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/core/json.ts'

export interface DrawnRequest {
  method: string
  /** With its query. */
  path: string
  headers: Record<string, string>
  body: string | undefined
}

/** Texts that mean something at the server, by the name of the field or parameter. */
export type KnownTexts = Readonly<Record<string, readonly string[]>>

export const drawRequests = (document: JsonObject, known: KnownTexts): fc.Arbitrary<DrawnRequest> => {
  const draw = createDraw(document, known)
  const operations = entriesOf(document.paths).flatMap(([path, methods]) =>
    entriesOf(methods).map(([method, operation]) =>
      drawOperation({ path, method, operation: toObject(operation) }, draw),
    ),
  )
  const wrongMethod = fc
    .tuple(fc.oneof(...operations), fc.constantFrom('PUT', 'DELETE', 'PATCH', 'OPTIONS', 'POST'))
    .map(([request, method]) => ({ ...request, method, body: method === 'POST' ? (request.body ?? '{}') : undefined }))
  return fc.oneof({ weight: 20, arbitrary: fc.oneof(...operations) }, { weight: 1, arbitrary: wrongMethod })
}

type Draw = (schema: JsonObject, name: string) => fc.Arbitrary<JsonValue>

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '__proto__',
    'constructor',
    '../x',
    '%00',
    '%',
    'last',
    '\u0000',
    '\ud800',
    '9'.repeat(30),
    'a'.repeat(3_000),
  ),
)

/** As JSON text, so that keys such as `__proto__` are own ones. */
const oddJson: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value): JsonValue => JSON.parse(JSON.stringify(value))),
  fc
    .constantFrom('{"__proto__":{"x":1}}', '1e308', '-0', `${'['.repeat(500)}${']'.repeat(500)}`)
    .map((text): JsonValue => JSON.parse(text)),
  oddText,
)

const createDraw = (document: JsonObject, known: KnownTexts): Draw => {
  const schemas = toObject(toObject(document.components).schemas)
  const draw: Draw = (schema, name) => {
    if (typeof schema.$ref === 'string') return draw(toObject(schemas[schema.$ref.split('/').at(-1) ?? '']), name)
    if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum)
    if (schema.const !== undefined) return fc.constant(schema.const)
    const choices = [schema.anyOf, schema.oneOf, schema.allOf].flatMap(toList)
    if (choices.length > 0) return fc.oneof(...choices.map((choice) => draw(toObject(choice), name)))
    const types = [schema.type ?? 'null'].flat()
    return fc.oneof(...types.map((type) => drawPlain(String(type), { schema, name, draw, known })))
  }
  return draw
}

const drawPlain = (
  type: string,
  { schema, name, draw, known }: { schema: JsonObject; name: string; draw: Draw; known: KnownTexts },
): fc.Arbitrary<JsonValue> => {
  switch (type) {
    case 'string':
      return drawText(schema, known[name] ?? [])
    case 'integer':
    case 'number':
      return fc.integer({ min: toBound(schema.minimum, -1_000), max: toBound(schema.maximum, 1_000) })
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(schema.items === undefined ? oddJson : draw(toObject(schema.items), name), { maxLength: 3 })
    case 'object':
      return drawObject(schema, { draw })
    default:
      return fc.constant(null)
  }
}

const drawText = ({ format }: JsonObject, known: readonly string[]): fc.Arbitrary<string> => {
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((at) => at.toISOString())
  const text = fc.string({ minLength: 1, maxLength: 12 })
  return known.length === 0
    ? text
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: text })
}

/** Numbers without a bound of their own have that of safe integers. */
const toBound = (value: JsonValue | undefined, otherwise: number): number =>
  typeof value === 'number' && Math.abs(value) < 1e9 ? value : otherwise

const drawObject = (schema: JsonObject, { draw }: { draw: Draw }): fc.Arbitrary<JsonValue> => {
  const fields = entriesOf(schema.properties)
  if (fields.length === 0) {
    const value = isJsonObject(schema.additionalProperties) ? draw(schema.additionalProperties, '') : oddJson
    return fc.dictionary(fc.string({ maxLength: 5 }), value, { maxKeys: 3 }).map(toPlain)
  }
  const required = toList(schema.required)
  const model = fields.map(([name, value]): [string, fc.Arbitrary<JsonValue | undefined>] => {
    const field = draw(toObject(value), name)
    return [name, required.includes(name) ? field : fc.option(field, { nil: undefined })]
  })
  return fc.record(Object.fromEntries(model)).map(toPlain)
}

/** Without fields that are undefined, and without the prototypes of fast-check. */
const toPlain = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value))

const drawOperation = (
  { path, method, operation }: { path: string; method: string; operation: JsonObject },
  draw: Draw,
): fc.Arbitrary<DrawnRequest> => {
  const parameters = toList(operation.parameters).map(toObject)
  const drawPlace = (place: string) =>
    fc.tuple(...parameters.filter((one) => one.in === place).map((one) => drawParameter(one, draw)))
  const hasBody = operation.requestBody !== undefined
  const [[, media] = ['', {}]] = entriesOf(toObject(operation.requestBody).content)
  const body = hasBody
    ? drawBody(draw(toObject(toObject(media).schema), ''))
    : fc.option(drawBody(oddJson), { nil: undefined, freq: 4 })
  return fc
    .record({
      inPath: drawPlace('path'),
      query: drawPlace('query'),
      headers: drawPlace('header'),
      extra: fc.option(fc.tuple(fc.constantFrom('x', 'limit', '__proto__', 'wait[]'), oddText), {
        nil: undefined,
        freq: 10,
      }),
      body: method === 'get' ? fc.constant(undefined) : body,
      type: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom('application/json', 'application/json; charset=utf-8') },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            'text/plain',
            'application/x-www-form-urlencoded',
            'multipart/form-data; boundary=x',
            'application/jsonp',
            '',
          ),
        },
      ),
    })
    .map(({ inPath, query, headers, extra, body, type }) => {
      const filled = inPath.reduce((text, [name, value]) => text.replace(`{${name}}`, () => encode(value ?? 'x')), path)
      const given = [...query, ...(extra === undefined ? [] : [extra])].flatMap(([name, value]) =>
        value === undefined ? [] : [`${encode(name)}=${encode(value)}`],
      )
      const sent = headers.flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, toHeader(value)]],
      )
      return {
        method: method.toUpperCase(),
        path: given.length === 0 ? filled : `${filled}?${given.join('&')}`,
        headers: { ...Object.fromEntries(sent), ...(body !== undefined && { 'content-type': type }) },
        body,
      }
    })
}

const drawParameter = (
  { name, required, in: place, schema }: JsonObject,
  draw: Draw,
): fc.Arbitrary<[string, string | undefined]> => {
  const right = draw(toObject(schema), String(name)).map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  )
  // A long wait is right, and would take as long.
  const value = name === 'wait' ? right : fc.oneof({ weight: 5, arbitrary: right }, { weight: 1, arbitrary: oddText })
  const isNeeded = required === true || place === 'path'
  return fc.tuple(fc.constant(String(name)), isNeeded ? value : fc.option(value, { nil: undefined }))
}

/** As described, with one wrong field, anything else, or no JSON at all. */
const drawBody = (right: fc.Arbitrary<JsonValue>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: right.map((value) => JSON.stringify(value)) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(right, fc.nat(), oddJson)
        .map(([value, place, odd]) => JSON.stringify(withOdd(value, place, odd))),
    },
    { weight: 2, arbitrary: oddJson.map((value) => JSON.stringify(value)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '{',
        'null',
        '\ufeff{}',
        '{"a":1}}',
        '{"workflow":"greet","workflow":"ask"}',
        '{"__proto__":1}',
        '\u0000',
      ),
    },
  )

const withOdd = (value: JsonValue, place: number, odd: JsonValue): JsonValue => {
  if (!isJsonObject(value)) return odd
  const names = [...Object.keys(value), 'unknown']
  return { ...value, [names[place % names.length] ?? 'unknown']: odd }
}

/** A lone half of a pair has no encoding. */
const encode = (text: string): string => encodeURIComponent(text.toWellFormed())

/** The client refuses to send others. */
const toHeader = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').trim() || '?'

const entriesOf = (value: JsonValue | undefined): [string, JsonValue][] => Object.entries(toObject(value))

const toObject = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {})

const toList = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : [])
