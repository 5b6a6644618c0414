/**
 * Makes one instance of a JSON Schema, always the same for the same schema and text: `mock/echo` answers with it.
 *
 * It takes the smallest that fits, from the top: `const`, the first of `enum`, the first of `anyOf` that can be met; strings are the text,
 * cut or filled up to their length; numbers are 0 or the nearest that is allowed; booleans are true; lists have one item; objects have
 * their required fields alone. It ignores `pattern`, `format`, `not`, `if` and `contains`, which the validation of the answer checks.
 */

import { Fault } from '../fault.ts'
import { type JsonValue, toCanonicalJson } from '../json.ts'
import type { JsonSchema } from '../json-schema.ts'
import { resolvePointer } from '../json-schema-parts.ts'
import { chooseNumber } from './number-choice.ts'
import { mergeSchemas } from './schema-merge.ts'

/** Bounds an answer, as a schema may ask for a list of a billion items. */
const MOST_NODES = 10_000
const LONGEST_TEXT = 100_000
const DEEPEST = 200

interface Walk {
  root: JsonSchema
  text: string
  nodesLeft: number
  depth: number
  /** The open `$ref`s: following one of them again would not end. */
  openRefs: Set<string>
  /** The first requirement that could not be met. */
  problem?: string
}

type Part = JsonSchema | boolean | undefined

/** @throws Fault `invalid_output` when no such instance is found, `invalid_input` for a wrong schema */
export const createInstance = (schema: JsonSchema, text: string): JsonValue => {
  const walk: Walk = { root: schema, text, nodesLeft: MOST_NODES, depth: 0, openRefs: new Set() }
  const instance = createWhole(schema, walk)
  if (instance !== undefined) return instance
  throw new Fault('invalid_output', `mock/echo finds no answer that fits 'returns': ${walk.problem}`)
}

/** The walk trusts the schema's shape, as the compiler has checked the workflow. */
const createWhole = (schema: JsonSchema, walk: Walk): JsonValue | undefined => {
  try {
    return createPart(schema, walk, '')
  } catch (cause) {
    throw new Fault('invalid_input', "'returns' is wrong: expected a JSON Schema", { cause })
  }
}

/** Undefined, with the reason in `walk.problem`, when the part can't be met. */
const createPart = (part: Part, walk: Walk, path: string): JsonValue | undefined => {
  if (part === false) return fail(walk, path, 'the schema allows nothing')
  if (part === undefined || part === true) return walk.text
  if (walk.nodesLeft-- <= 0) return fail(walk, path, `it needs more than ${MOST_NODES} values`)
  if (walk.depth >= DEEPEST) return fail(walk, path, `it is nested deeper than ${DEEPEST} levels`)
  walk.depth++
  const instance = createSchema(part, walk, path)
  walk.depth--
  return instance
}

const createSchema = (schema: JsonSchema, walk: Walk, path: string): JsonValue | undefined => {
  if (schema.$ref !== undefined) return createReferenced(schema, walk, path)
  if (schema.allOf !== undefined) return createPart(joinAll(schema, walk), walk, path)
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined)
    return schema.enum[0] ?? (schema.enum.length > 0 ? null : fail(walk, path, 'its enum is empty'))
  const { anyOf, oneOf, ...rest } = schema
  const choices = anyOf ?? oneOf
  if (choices !== undefined)
    return createFirst(
      choices.map((choice) => mergeSchemas(rest, choice)),
      walk,
      path,
    )
  const types = schema.type === undefined ? [guessType(schema)] : [schema.type].flat()
  if (types.length > 1)
    return createFirst(
      types.map((type) => ({ ...schema, type })),
      walk,
      path,
    )
  return createTyped({ ...schema, type: types[0] ?? 'none' }, walk, path)
}

/** Merges `allOf` and its siblings into one schema. */
const joinAll = ({ allOf = [], ...rest }: JsonSchema, walk: Walk): JsonSchema =>
  allOf.map((part) => follow(part, walk)).reduce<JsonSchema>(mergeSchemas, rest)

/** Replaces a `$ref` by its target, so that a second one beside it is not lost. */
const follow = ({ $ref, ...rest }: JsonSchema, walk: Walk): JsonSchema => {
  const target = $ref === undefined ? {} : resolvePointer(walk.root, $ref)
  return target === undefined ? { ...rest, $ref: $ref ?? '' } : mergeSchemas(target, rest)
}

const createReferenced = ({ $ref = '', ...rest }: JsonSchema, walk: Walk, path: string): JsonValue | undefined => {
  if (walk.openRefs.has($ref)) return fail(walk, path, `'${$ref}' holds itself without an end`)
  const target = resolvePointer(walk.root, $ref)
  if (target === undefined) return fail(walk, path, `'${$ref}' leads nowhere in the schema`)
  walk.openRefs.add($ref)
  const instance = createPart(mergeSchemas(target, rest), walk, path)
  walk.openRefs.delete($ref)
  return instance
}

const createFirst = (choices: readonly Part[], walk: Walk, path: string): JsonValue | undefined => {
  for (const choice of choices) {
    const instance = createPart(choice, walk, path)
    if (instance !== undefined) return instance
  }
  return fail(walk, path, 'it has no choice that can be met')
}

const guessType = (schema: JsonSchema): string => {
  const has = (...keywords: string[]): boolean => keywords.some((keyword) => schema[keyword] !== undefined)
  if (has('properties', 'required', 'minProperties')) return 'object'
  if (has('items', 'prefixItems', 'minItems')) return 'array'
  return has('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf') ? 'number' : 'string'
}

const createTyped = (schema: JsonSchema, walk: Walk, path: string): JsonValue | undefined => {
  switch (schema.type) {
    case 'null':
      return null
    case 'boolean':
      return true
    case 'string':
      return createString(schema, walk, path)
    case 'integer':
    case 'number':
      return chooseNumber(schema) ?? fail(walk, path, 'no number is within its limits')
    case 'array':
      return createList(schema, walk, path)
    case 'object':
      return createObject(schema, walk, path)
    default:
      return fail(walk, path, 'no type is left to choose')
  }
}

const createString = ({ minLength = 0, maxLength = LONGEST_TEXT }: JsonSchema, walk: Walk, path: string) => {
  const [shortest, longest] = [Number(minLength), Number(maxLength)]
  if (shortest > longest || shortest > LONGEST_TEXT)
    return fail(walk, path, `no text has ${shortest} to ${longest} characters`)
  // JSON Schema counts characters, not UTF-16 units.
  const characters = [...walk.text].slice(0, longest)
  return characters.join('') + '.'.repeat(Math.max(0, shortest - characters.length))
}

const createList = (schema: JsonSchema, walk: Walk, path: string): JsonValue | undefined => {
  const prefix = (schema.prefixItems as Part[] | undefined) ?? []
  const [fewest, most] = [Number(schema.minItems ?? 0), Number(schema.maxItems ?? Number.POSITIVE_INFINITY)]
  const count = Math.max(fewest, Math.min(most, Math.max(1, prefix.length)))
  if (count > most || count > MOST_NODES) return fail(walk, path, `no list has ${fewest} to ${most} items`)
  const items: JsonValue[] = []
  for (let index = 0; index < count; index++) {
    const part = index < prefix.length ? prefix[index] : schema.items
    // Texts can differ by a number, where items must differ.
    const text = schema.uniqueItems === true && index > 0 ? `${walk.text} ${index + 1}` : walk.text
    const item = createWithText(part, { walk, path: `${path}/${index}`, text })
    if (item === undefined) return index >= fewest ? items : undefined
    items.push(item)
  }
  const isUnique = schema.uniqueItems !== true || new Set(items.map(toCanonicalJson)).size === count
  return isUnique ? items : fail(walk, path, `it needs ${count} items that differ`)
}

const createWithText = (part: Part, { walk, path, text }: { walk: Walk; path: string; text: string }) => {
  const whole = walk.text
  walk.text = text
  const instance = createPart(part, walk, path)
  walk.text = whole
  return instance
}

const createObject = (schema: JsonSchema, walk: Walk, path: string): JsonValue | undefined => {
  const { properties = {}, required = [], additionalProperties = true } = schema
  const known = Object.keys(properties)
  const optional = known.filter((name) => !required.includes(name))
  const missing = Math.max(0, Number(schema.minProperties ?? 0) - new Set(required).size)
  const wanted = new Set([...required, ...optional.slice(0, missing)])
  const names = [...known.filter((name) => wanted.has(name)), ...required.filter((name) => !known.includes(name))]
  if (missing > optional.length) return fail(walk, path, `it needs ${schema.minProperties} fields`)
  const fields: [string, JsonValue][] = []
  for (const name of names) {
    const part = Object.hasOwn(properties, name) ? properties[name] : additionalProperties
    const value = createPart(part, walk, `${path}/${name}`)
    if (value === undefined) return undefined
    fields.push([name, value])
  }
  return Object.fromEntries(fields)
}

const fail = (walk: Walk, path: string, problem: string): undefined => {
  walk.problem ??= `at '${path || '/'}' ${problem}`
}
