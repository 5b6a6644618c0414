/**
 * Checks JSON Schema that users write themselves. `ajv` judges it by the schema of schemas, extended by three rules: no
 * keywords but those of 2020-12, patterns of RE2 alone, and a `default` that fits its own schema. Each error names its place by
 * a JSON pointer, which leads to a node of the file. `ajv` is loaded for a schema that is not plain, and not before.
 */
import { createRequire } from 'node:module'
import type * as Ajv2020 from 'ajv/dist/2020.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { CHECKED_FORMATS, type JsonSchema } from '../../core/json-schema.ts'
import { formatSchemaErrors } from '../../core/json-schema-message.ts'
import { findReferenceProblem } from '../../core/json-schema-parts.ts'
import { didYouMean } from '../../core/nearest.ts'
import { meantNearest } from '../correction.ts'
import type { Diagnostics } from '../diagnostic.ts'
import { compileSchemaPattern } from '../expression/regular-expression.ts'
import { findMisread, type Wanted } from './misread-value.ts'
import { isPlainSchema, isSchemaTypeName, KEYWORDS } from './plain-json-schema.ts'
import { findEntry, toJsonValue, type YamlMap, type YamlNode } from './yaml-node.ts'

/** Reports all that is not valid JSON Schema 2020-12 in the node. */
export const checkJsonSchema = (node: YamlMap, subject: string, diagnostics: Diagnostics): void => {
  warnOfIgnored(node, subject, diagnostics)
  const schema = toJsonValue(node)
  if (!isJsonObject(schema) || isPlainSchema(schema)) return
  judge ??= createJudge()
  const { errors, defaults, failure } = judge(schema)
  for (const error of errors) reportError(error, { node, subject, diagnostics })
  for (const { pointer, problem } of defaults) {
    const value = findNode(node, `${pointer}/default`)
    const message = `'default' in '${subject}' does not fit its own type: it ${problem}`
    if (value.kind !== 'oddity')
      diagnostics.error('bad_default', value.range, message, 'correct the default, or leave it out')
  }
  if (failure !== undefined)
    diagnostics.error('bad_schema', node.range, `'${subject}' is not valid JSON Schema: ${failure}`)
}

/** Keywords that only describe what a text holds. */
const DESCRIBING: ReadonlySet<string> = new Set(['contentEncoding', 'contentMediaType', 'contentSchema'])

/** Keywords whose value holds no schema, or schemas by name. */
const VALUES = /^(const|enum|default|examples|required|dependentRequired)$/
const BY_NAME = /^(properties|patternProperties|dependentSchemas|\$defs)$/

/** A schema that looks as if it checked something, and does not. */
const warnOfIgnored = (node: YamlNode, subject: string, diagnostics: Diagnostics): void => {
  if (node.kind === 'list') for (const item of node.items) warnOfIgnored(item, subject, diagnostics)
  if (node.kind !== 'map') return
  for (const { key, value } of node.entries) {
    const format = key.value === 'format' && value.kind === 'scalar' ? String(value.value) : undefined
    if (format !== undefined && !CHECKED_FORMATS.includes(format)) {
      const message = `'format: ${format}' in '${subject}' checks nothing: expected a format that is checked`
      const hint =
        meantNearest(value.range, format, CHECKED_FORMATS) ??
        `checked are ${CHECKED_FORMATS.join(', ')}; or write a 'pattern'`
      diagnostics.warning('ignored_keyword', value.range, message, hint)
    } else if (DESCRIBING.has(key.value))
      diagnostics.warning('ignored_keyword', key.range, `'${key.value}' in '${subject}' checks nothing`, 'remove it')
    else if (HELD.test(key.value)) warnOfMisread(value, { schema: node, subject, keyword: key.value }, diagnostics)
    else if (BY_NAME.test(key.value) && value.kind === 'map')
      for (const { value: schema } of value.entries) warnOfIgnored(schema, subject, diagnostics)
    else if (!VALUES.test(key.value)) warnOfIgnored(value, subject, diagnostics)
  }
}

/** Keywords that hold values of the schema's type. */
const HELD = /^(const|enum|default|examples)$/

const warnOfMisread = (
  node: YamlNode,
  held: { schema: YamlMap; subject: string; keyword: string },
  diagnostics: Diagnostics,
): void => {
  if (node.kind === 'list') for (const item of node.items) warnOfMisread(item, held, diagnostics)
  if (node.kind === 'map') for (const { value } of node.entries) warnOfMisread(value, held, diagnostics)
  if (node.kind !== 'scalar') return
  const { range, value } = node
  const written = diagnostics.source.text.slice(range.start, range.end)
  const found = findMisread({ written, value }, { wanted: wantedBy(held.schema) })
  if (found === undefined) return
  const message = `a value of '${held.keyword}' in '${held.subject}' ${found.problem}`
  diagnostics.warning('misread_value', range, message, found.hint)
}

const wantedBy = (schema: YamlMap): Wanted => {
  const type = findEntry(schema, 'type')
  const names = [type === undefined ? [] : toJsonValue(type.value)].flat()
  if (names.length === 0 || names.includes('array') || names.includes('object')) return 'any'
  if (!names.includes('string')) return 'number'
  return names.includes('number') || names.includes('integer') ? 'any' : 'text'
}

interface Site {
  node: YamlMap
  subject: string
  diagnostics: Diagnostics
}

const reportError = (error: Ajv2020.ErrorObject, { node, subject, diagnostics }: Site): void => {
  const found = findNode(node, error.instancePath)
  const key: string | undefined = error.propertyName ?? error.params.unevaluatedProperty
  const { range } = (key !== undefined && found.kind === 'map' && findEntry(found, key)?.key) || found
  const value = toJsonValue(found)
  const compiled = error.keyword === 'format' ? compileSchemaPattern(key ?? String(value)) : undefined
  if (compiled?.ok === false) {
    const message = `'pattern' is not a regular expression of RE2: ${compiled.message}`
    diagnostics.error('invalid_regular_expression', range, message, 'RE2 has no lookaround and no backreferences')
  } else {
    const problem = key === undefined ? formatSchemaErrors([error], value) : `'${key}' is not a keyword`
    const hint = key === undefined ? suggestValue(error, value) : suggestKeyword(key)
    diagnostics.error('bad_schema', range, `'${subject}' is not valid JSON Schema: ${problem}`, hint)
  }
}

const suggestValue = ({ keyword, params }: Ajv2020.ErrorObject, value: JsonValue): string | undefined => {
  if (String(params.type) === 'object,boolean' && isSchemaTypeName(value))
    return `inside JSON Schema, write { type: ${value} }; the shorthand ends where JSON Schema begins`
  return keyword === 'enum' ? didYouMean(String(value), params.allowedValues) : undefined
}

const suggestKeyword = (name: string): string =>
  didYouMean(name, KEYWORDS) ?? 'remove it; keywords: https://json-schema.org'

/** The node that a JSON pointer leads to, or the last one on its way. */
const findNode = (root: YamlNode, pointer: string): YamlNode =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((node, name) => {
      if (node.kind === 'map') return findEntry(node, name)?.value ?? node
      return (node.kind === 'list' && node.items[Number(name)]) || node
    }, root)

interface Judgement {
  errors: Ajv2020.ErrorObject[]
  /** Schemas whose `default` does not fit. */
  defaults: { pointer: string; problem: string }[]
  /** Reason why a valid schema does not compile, such as a reference that leads nowhere. */
  failure: string | undefined
}

/** A schema inside `$defs`, `not` and the like may have further keywords and any default, as workflows of 0.1 may hold such. */
const COMMON_PLACE = /^(\/(items|additionalProperties|properties\/[^/]*|(any|one|all)Of\/\d+))*$/

type Judge = (schema: JsonObject) => Judgement

let judge: Judge | undefined

const createJudge = (): Judge => {
  const ajv = createAjv()
  let defaults: Judgement['defaults'] = []
  ajv.addKeyword({
    keyword: 'fitsDefault',
    type: 'object',
    validate: (_: boolean, schema: JsonObject, __?: unknown, place?: { instancePath: string }) => {
      const pointer = place?.instancePath ?? ''
      const isJudged = schema.default !== undefined && COMMON_PLACE.test(pointer)
      const problem = isJudged ? findDefaultProblem(ajv, schema) : undefined
      if (problem !== undefined) defaults.push({ pointer, problem })
      return true
    },
  })
  // The dynamic anchor makes the schemas in a schema instances of this one too.
  const validate = ajv.compile({
    $id: 'troupe:schema',
    $dynamicAnchor: 'meta',
    $ref: 'https://json-schema.org/draft/2020-12/schema',
    unevaluatedProperties: false,
    fitsDefault: true,
  })
  return (schema) => {
    defaults = []
    const errors = validate(schema) ? [] : toFindings(validate.errors ?? [])
    return { errors, defaults, failure: errors.length === 0 ? findFailure(ajv, schema) : undefined }
  }
}

const createAjv = (): Ajv2020.Ajv2020 => {
  const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
  return new Ajv2020({
    strict: false,
    allErrors: true,
    verbose: true,
    validateSchema: false,
    logger: false,
    formats: { regex: (pattern) => compileSchemaPattern(pattern).ok },
    code: { regExp: Object.assign(toRe2, { code: 'toRe2' }) },
  })
}

/** A pattern that is not RE2 is reported by itself, and matches all. `ajv` tells patterns apart by `toString`. */
const toRe2 = (pattern: string): { test(text: string): boolean; toString(): string } => {
  const compiled = compileSchemaPattern(pattern)
  return { test: (text) => !compiled.ok || compiled.expression.test(text), toString: () => pattern }
}

/** One error a place: `ajv` finds most of them on several ways. */
const toFindings = (errors: readonly Ajv2020.ErrorObject[]): Ajv2020.ErrorObject[] => {
  const found = new Map<string, Ajv2020.ErrorObject>()
  for (const error of errors) {
    const { keyword, instancePath, propertyName, params } = error
    const isRepeated =
      keyword === 'enum'
        ? errors.some((other) => other.instancePath.startsWith(`${instancePath}/`))
        : keyword === 'anyOf'
    const isAllowed = keyword === 'unevaluatedProperties' && !COMMON_PLACE.test(instancePath)
    const place = JSON.stringify([instancePath, propertyName, params.unevaluatedProperty])
    if (!isRepeated && !isAllowed && keyword !== 'propertyNames' && !found.has(place)) found.set(place, error)
  }
  return [...found.values()]
}

/** Keywords that judge a value by itself. Fields and items of a default are judged when an input is. */
const JUDGING = /^(type|enum|const|minimum|maximum|exclusiveMinimum|exclusiveMaximum|minLength|maxLength|pattern)$/

const findDefaultProblem = (ajv: Ajv2020.Ajv2020, schema: JsonObject): string | undefined => {
  const judging = Object.fromEntries(Object.entries(schema).filter(([keyword]) => JUDGING.test(keyword)))
  try {
    const validate = ajv.compile(judging)
    // Errors begin with their subject, which is the default itself.
    return validate(schema.default) ? undefined : formatSchemaErrors(validate.errors ?? [], null).replace("'/' ", '')
  } catch {
    // The schema is wrong, which is reported by itself.
    return undefined
  } finally {
    ajv.removeSchema()
  }
}

/** Reports a type that does not compile as a whole, such as one with two anchors of one name. */
export const checkWholeType = (
  type: JsonSchema,
  { node, subject, diagnostics }: { node: YamlNode; subject: string; diagnostics: Diagnostics },
): void => {
  const failure = findFailure(createAjv(), type as JsonObject)
  if (failure !== undefined && node.kind !== 'oddity')
    diagnostics.error('bad_schema', node.range, `'${subject}' is not valid JSON Schema: ${failure}`)
}

const findFailure = (ajv: Ajv2020.Ajv2020, schema: JsonObject): string | undefined => {
  try {
    // Throws for another draft than 2020-12.
    if (schema.$schema !== undefined) void ajv.validateSchema(schema)
    const problem = findReferenceProblem(schema)
    if (problem === undefined) ajv.compile(schema)
    return problem
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    // The `$id` of a schema must not stand in the way of that of the next one.
    ajv.removeSchema()
  }
}
