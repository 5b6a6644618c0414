/**
 * Judges values by JSON Schema 2020-12, with `ajv`.
 *
 * Import it lazily (`await import`): loading `ajv` takes 50 ms, and the first schema 5 more. It differs from plain `ajv`: patterns are
 * RE2, `uniqueItems` takes linear time, `multipleOf` counts in decimal digits, formats are checked in linear time, nothing is fetched,
 * unknown keywords are ignored, and a schema can be collected once its owner drops it.
 */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { RE2JS } from 're2js'
import { isMultipleOf } from './decimal.ts'
import { Fault } from './fault.ts'
import { isJsonObject, toCanonicalJson } from './json.ts'
import type { JsonSchema } from './json-schema.ts'
import { jsonSchemaFormats } from './json-schema-formats.ts'
import { formatSchemaErrors } from './json-schema-message.ts'
import { findReferenceProblem } from './json-schema-parts.ts'
import { translatePattern } from './schema-pattern.ts'

export interface ValidatorOptions {
  /** True: missing fields get their `default`. This changes the value. */
  useDefaults?: boolean
}

/** Describes the problem of a value in one line, such as `'/ticket/id' must be string, got 5`. Undefined for a valid value. */
export type Validator = (value: unknown) => string | undefined

/** A validator lives as long as its schema object. */
const kept = { asIs: new WeakMap<JsonSchema, Validator>(), withDefaults: new WeakMap<JsonSchema, Validator>() }

/** @throws Fault `invalid_input` for a wrong schema; `findSchemaProblem` reports that without throwing */
export const createValidator = (schema: JsonSchema, { useDefaults = false }: ValidatorOptions = {}): Validator => {
  const validators = useDefaults ? kept.withDefaults : kept.asIs
  const known = validators.get(schema)
  if (known !== undefined) return known
  const validator = compile(schema, useDefaults)
  validators.set(schema, validator)
  return validator
}

/** Finds the problem of a schema: a keyword with a wrong value, an unknown type, a `$ref` to nothing, a pattern beyond RE2. */
export const findSchemaProblem = (schema: unknown): string | undefined => {
  const ajv = createAjv(false)
  try {
    if (ajv.validateSchema(schema as JsonSchema) === false) return formatSchemaErrors(ajv.errors ?? [], schema)
    const problem = isJsonObject(schema) ? findReferenceProblem(schema) : undefined
    if (problem === undefined) ajv.compile(schema as JsonSchema)
    return problem
  } catch (error) {
    return describeFailure(error)
  }
}

const describeFailure = (error: unknown): string => {
  if (error instanceof RangeError) return 'it is nested too deeply'
  const message = error instanceof Error ? error.message : String(error)
  return message.startsWith('error parsing regexp')
    ? `a pattern is not a regular expression of RE2: ${message}`
    : message
}

const compile = (schema: JsonSchema, useDefaults: boolean): Validator => {
  try {
    const validate = createAjv(useDefaults).compile(schema)
    return (value) => {
      try {
        return validate(value) ? undefined : formatSchemaErrors(validate.errors ?? [], value)
      } catch (error) {
        return describeFailure(error)
      }
    }
  } catch (cause) {
    throw new Fault('invalid_input', `the schema is wrong: ${describeFailure(cause)}`, { cause })
  }
}

/** Makes one instance a schema, as `ajv` keeps all schemas that it has compiled, and refuses a second one with the same `$id`. */
const createAjv = (useDefaults: boolean): Ajv2020 => {
  const ajv = new Ajv2020({
    strict: false,
    strictNumbers: true,
    ownProperties: true,
    allErrors: true,
    verbose: true,
    validateSchema: false,
    useDefaults,
    logger: false,
    code: { regExp: compilePattern },
    formats: jsonSchemaFormats(),
  })
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (unique: boolean, items: unknown[]) => !unique || hasNoTwins(items),
    error: { message: 'must not have two equal items' },
  })
  ajv.removeKeyword('multipleOf')
  ajv.addKeyword({
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    validate: (step: number, value: number) => isMultipleOf(value, step),
    error: { message: ({ schema }) => `must be a multiple of ${schema}` },
  })
  return ajv
}

const hasNoTwins = (items: unknown[]): boolean => new Set(items.map(toCanonicalJson)).size === items.length

const compilePattern = (pattern: string): { test(text: string): boolean } =>
  RE2JS.compile(RE2JS.translateRegExp(translatePattern(pattern)))
/** Required by `ajv` for writing validators as source text, which is not used here. */
compilePattern.code = 'compilePattern'
