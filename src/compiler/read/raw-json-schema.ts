/**
 * JSON Schema that users write themselves. The common keywords are checked here, each at its place; a schema with others
 * is also given to `ajv`'s own schema of schemas, which is loaded then and not before. Patterns must be RE2.
 */
import { createRequire } from 'node:module'
import type * as Ajv2020 from 'ajv/dist/2020.js'
import type { JsonObject } from '../../core/json.ts'
import { findNearest } from '../../core/nearest.ts'
import type { Diagnostics } from '../diagnostic.ts'
import { compilePattern } from '../expression/regular-expression.ts'
import { findDefaultProblem } from './default-value.ts'
import { describeNode, findEntry, toJsonValue, type YamlEntry, type YamlMap, type YamlNode } from './yaml-node.ts'

export const SCHEMA_TYPE_NAMES = ['string', 'number', 'integer', 'boolean', 'null', 'array', 'object'] as const

export const isSchemaTypeName = (name: unknown): boolean => (SCHEMA_TYPE_NAMES as readonly unknown[]).includes(name)

type Check = 'schema' | 'schemas' | 'schema map' | 'count' | 'number' | 'flag' | 'text' | 'texts' | 'list' | 'any'

/** The keywords that are checked here: what their value must be. */
const COMMON_KEYWORDS: Readonly<Record<string, Check | 'type' | 'pattern'>> = {
  type: 'type',
  enum: 'list',
  const: 'any',
  title: 'text',
  description: 'text',
  default: 'any',
  examples: 'list',
  $comment: 'text',
  deprecated: 'flag',
  readOnly: 'flag',
  writeOnly: 'flag',
  format: 'text',
  pattern: 'pattern',
  minLength: 'count',
  maxLength: 'count',
  minimum: 'number',
  maximum: 'number',
  exclusiveMinimum: 'number',
  exclusiveMaximum: 'number',
  multipleOf: 'number',
  items: 'schema',
  minItems: 'count',
  maxItems: 'count',
  uniqueItems: 'flag',
  properties: 'schema map',
  required: 'texts',
  additionalProperties: 'schema',
  minProperties: 'count',
  maxProperties: 'count',
  anyOf: 'schemas',
  oneOf: 'schemas',
  allOf: 'schemas',
}

/** The other keywords of 2020-12. */
const RARE_KEYWORDS: ReadonlySet<string> = new Set(
  `$ref $defs $id $schema $anchor $dynamicRef $dynamicAnchor $vocabulary not if then else prefixItems contains minContains
   maxContains patternProperties propertyNames dependentRequired dependentSchemas unevaluatedItems unevaluatedProperties
   contentEncoding contentMediaType contentSchema`.split(/\s+/),
)

export const isKeyword = (key: string): boolean => Object.hasOwn(COMMON_KEYWORDS, key) || RARE_KEYWORDS.has(key)

/** Reports what is no valid JSON Schema 2020-12 in it. */
export const checkJsonSchema = (node: YamlMap, subject: string, diagnostics: Diagnostics): void => {
  const checker = new SchemaChecker(subject, diagnostics)
  checker.check(node)
  if (checker.hasRareKeywords && !checker.hasFindings) checkByAjv(node, subject, diagnostics)
}

class SchemaChecker {
  hasRareKeywords = false
  hasFindings = false
  readonly #subject: string
  readonly #diagnostics: Diagnostics

  constructor(subject: string, diagnostics: Diagnostics) {
    this.#subject = subject
    this.#diagnostics = diagnostics
  }

  check(node: YamlNode): void {
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return
    if (node.kind !== 'map') this.#reject(node, 'expected a schema', suggestSchema(node))
    else {
      for (const entry of node.entries) this.#checkKeyword(entry)
      this.#checkDefault(node)
    }
  }

  #checkDefault(node: YamlMap): void {
    const value = findEntry(node, 'default')?.value
    if (value === undefined || value.kind === 'oddity') return
    const expected = findDefaultProblem(toJsonValue(node) as JsonObject, toJsonValue(value))
    if (expected === undefined) return
    const message = `'default' in '${this.#subject}' does not fit its own type: expected ${expected}, got ${describeNode(value)}`
    this.#diagnostics.error('bad_default', value.range, message, 'correct the default, or leave it out')
  }

  #checkKeyword({ key, value }: YamlEntry): void {
    const check = Object.hasOwn(COMMON_KEYWORDS, key.value) ? COMMON_KEYWORDS[key.value] : undefined
    if (check !== undefined) {
      this.#checkValue(check, value, key.value)
      return
    }
    if (RARE_KEYWORDS.has(key.value)) {
      this.hasRareKeywords = true
      this.#checkPatterns(key.value, value)
      return
    }
    const nearest = findNearest(key.value, [...Object.keys(COMMON_KEYWORDS), ...RARE_KEYWORDS])
    const hint = nearest === undefined ? 'remove it; keywords: https://json-schema.org' : `did you mean '${nearest}'?`
    this.#report(key, `'${key.value}' is no keyword of JSON Schema`, hint)
  }

  #checkValue(check: Check | 'type' | 'pattern', value: YamlNode, keyword: string): void {
    if (check === 'schema') this.check(value)
    else if (check === 'schemas')
      this.#checkAll(childrenOf(value, 'list'), value, `'${keyword}' expected a list of schemas`)
    else if (check === 'schema map')
      this.#checkAll(childrenOf(value, 'map'), value, `'${keyword}' expected a map of schemas`)
    else if (check === 'type') this.#checkType(value)
    else if (check === 'pattern') this.#checkPattern(value)
    else if (!VALUE_CHECKS[check](toJsonValue(value)))
      this.#reject(value, `'${keyword}' expected ${VALUE_NOUNS[check]}`)
  }

  #checkAll(schemas: YamlNode[] | undefined, parent: YamlNode, expected: string): void {
    if (schemas === undefined) this.#reject(parent, expected)
    else for (const schema of schemas) this.check(schema)
  }

  #checkType(value: YamlNode): void {
    const names = value.kind === 'list' ? value.items : [value]
    for (const name of names) {
      const given = toJsonValue(name)
      if (isSchemaTypeName(given)) continue
      const nearest = findNearest(String(given), SCHEMA_TYPE_NAMES)
      const hint = nearest === undefined ? undefined : `did you mean '${nearest}'?`
      this.#reject(name, `'type' expected one of ${SCHEMA_TYPE_NAMES.join(', ')}`, hint)
    }
  }

  #checkPattern(value: YamlNode): void {
    const pattern = toJsonValue(value)
    if (typeof pattern !== 'string') {
      this.#reject(value, "'pattern' expected a regular expression")
      return
    }
    const compiled = compilePattern(pattern)
    if (compiled.ok) return
    this.hasFindings = true
    const message = `'pattern' is not a regular expression of RE2: ${compiled.message}`
    this.#diagnostics.error(
      'invalid_regular_expression',
      value.range,
      message,
      'RE2 has no lookaround and no backreferences',
    )
  }

  /** In the schemas that rare keywords hold. */
  #checkPatterns(keyword: string, value: YamlNode): void {
    if (value.kind === 'list') for (const item of value.items) this.#checkPatterns('', item)
    if (value.kind !== 'map') return
    for (const entry of value.entries) {
      const isPattern = entry.key.value === 'pattern' && entry.value.kind === 'scalar'
      if (keyword === 'patternProperties')
        this.#checkPattern({ kind: 'scalar', style: 'plain', size: 1, depth: 1, ...entry.key })
      if (isPattern) this.#checkPattern(entry.value)
      else this.#checkPatterns(entry.key.value, entry.value)
    }
  }

  #reject(node: YamlNode, expected: string, hint?: string): void {
    this.#report(node, `${expected}, got ${describeNode(node)}`, hint)
  }

  #report({ range }: Pick<YamlNode, 'range'>, message: string, hint?: string): void {
    this.hasFindings = true
    this.#diagnostics.error('bad_schema', range, `'${this.#subject}' is not valid JSON Schema: ${message}`, hint)
  }
}

const childrenOf = (node: YamlNode, kind: 'list' | 'map'): YamlNode[] | undefined => {
  if (kind === 'list') return node.kind === 'list' && node.items.length > 0 ? node.items : undefined
  return node.kind === 'map' ? node.entries.map(({ value }) => value) : undefined
}

const suggestSchema = (node: YamlNode): string | undefined =>
  node.kind === 'scalar' && isSchemaTypeName(node.value)
    ? `inside JSON Schema, write { type: ${node.value} }; the shorthand ends where JSON Schema begins`
    : undefined

const VALUE_CHECKS: Record<Exclude<Check, 'schema' | 'schemas' | 'schema map'>, (value: unknown) => boolean> = {
  any: () => true,
  count: (value) => Number.isInteger(value) && (value as number) >= 0,
  number: (value) => typeof value === 'number',
  flag: (value) => typeof value === 'boolean',
  text: (value) => typeof value === 'string',
  texts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  list: (value) => Array.isArray(value),
}

const VALUE_NOUNS: Record<keyof typeof VALUE_CHECKS, string> = {
  any: 'a value',
  count: 'a whole number of at least 0',
  number: 'a number',
  flag: 'true or false',
  text: 'a text',
  texts: 'a list of texts',
  list: 'a list',
}

let ajv: Ajv2020.Ajv2020 | undefined

/** Schemas are compiled here to resolve their references only; nothing is validated with them. */
const NO_MATCHING = Object.assign(() => ({ test: () => true }), { code: 'noMatching' })

const loadAjv = (): Ajv2020.Ajv2020 => {
  if (ajv === undefined) {
    const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
    ajv = new Ajv2020({ strict: false, validateFormats: false, code: { regExp: NO_MATCHING } })
  }
  return ajv
}

const checkByAjv = (node: YamlMap, subject: string, diagnostics: Diagnostics): void => {
  const schema = toJsonValue(node) as Record<string, unknown>
  const checker = loadAjv()
  const problem = explainByAjv(checker, schema)
  if (problem !== undefined)
    diagnostics.error('bad_schema', node.range, `'${subject}' is not valid JSON Schema: ${problem}`)
}

/** The first thing that is wrong: with the schema itself, or with what it refers to. */
const explainByAjv = (checker: Ajv2020.Ajv2020, schema: Record<string, unknown>): string | undefined => {
  try {
    if (checker.validateSchema(schema) === false) return checker.errorsText(checker.errors, { dataVar: 'schema' })
    checker.compile(schema)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    // A schema's own $id must not stand in the way of the next one's.
    checker.removeSchema()
  }
}
