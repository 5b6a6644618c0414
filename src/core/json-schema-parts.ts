/** The schemas inside a JSON Schema, by the keywords of 2020-12 that hold them. Values of `const`, `enum` and the like hold none. */
import { isJsonObject } from './json.ts'
import type { JsonSchema } from './json-schema.ts'

const SINGLE: ReadonlySet<string> = new Set(
  `items additionalProperties not if then else contains propertyNames unevaluatedItems unevaluatedProperties
   contentSchema`.split(/\s+/),
)
const LISTS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
const MAPS: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'dependentSchemas'])

/** Keywords whose schemas judge the same value as the schema around them. */
const IN_PLACE: ReadonlySet<string> = new Set([
  'anyOf',
  'oneOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
  'dependentSchemas',
])

/** Copies a schema with each schema directly inside it changed. */
export const mapParts = (schema: JsonSchema, change: (part: JsonSchema) => JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(schema).map(([keyword, value]) => [keyword, mapKeyword(keyword, value, change)]))

const mapKeyword = (keyword: string, value: unknown, change: (part: JsonSchema) => JsonSchema): unknown => {
  const changeOne = (one: unknown): unknown => (isJsonObject(one) ? change(one) : one)
  if (SINGLE.has(keyword)) return changeOne(value)
  if (LISTS.has(keyword) && Array.isArray(value)) return value.map(changeOne)
  if (!MAPS.has(keyword) || !isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, changeOne(one)]))
}

/** Keywords that name another schema. */
export const REFERENCES = ['$ref', '$dynamicRef']

/** True for a reference to a place of the schema as a whole. */
export const isPointer = (reference: unknown): reference is string =>
  typeof reference === 'string' && (reference === '#' || reference.startsWith('#/'))

/** Renames the pointers in a schema. Those inside a schema with an `$id` start there, and stay. */
export const renameReferences = (schema: JsonSchema, rename: (reference: string) => string): JsonSchema => {
  if (!isJsonObject(schema) || typeof schema.$id === 'string') return schema
  const renamed = Object.fromEntries(
    REFERENCES.flatMap((keyword) => {
      const reference = schema[keyword]
      return isPointer(reference) ? [[keyword, rename(reference)]] : []
    }),
  )
  return { ...mapParts(schema, (part) => renameReferences(part, rename)), ...renamed }
}

/** Lists the schemas directly inside a schema that judge the same value. */
const listInPlace = (schema: JsonSchema): JsonSchema[] => {
  const parts: JsonSchema[] = []
  const judging = Object.fromEntries(Object.entries(schema).filter(([keyword]) => IN_PLACE.has(keyword)))
  mapParts(judging, (part) => {
    parts.push(part)
    return part
  })
  return parts
}

/** Resolves a reference such as `#` or `#/$defs/node`. Undefined: it leads elsewhere, or to no schema. */
const resolvePointer = (root: JsonSchema, reference: string): JsonSchema | undefined => {
  if (!isPointer(reference)) return undefined
  let target: unknown = root
  for (const step of reference.split('/').slice(1)) {
    const key = decodeStep(step)
    if (typeof target !== 'object' || target === null || !Object.hasOwn(target, key)) return undefined
    target = Array.isArray(target) ? target[Number(key)] : isJsonObject(target) ? target[key] : undefined
  }
  return isJsonObject(target) ? target : undefined
}

/** https://www.rfc-editor.org/rfc/rfc6901#section-6 */
const decodeStep = (step: string): string => {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return step
  }
}

/** Finds a reference that is valid, and that no value could be judged by. Describes it in one clause. */
export const findReferenceProblem = (root: JsonSchema): string | undefined => {
  const endless = findEndlessReference(root)
  if (endless !== undefined)
    return `the reference '${endless}' leads back to itself: expected it inside a field or an item`
  const dynamic = findDynamicReference(root, root)
  return dynamic && `'$dynamicRef: ${dynamic}' leads into the schema: expected $ref, or the anchor of the whole schema`
}

/** The validator follows `$dynamicRef` to the schema as a whole alone. */
const findDynamicReference = (schema: JsonSchema, root: JsonSchema): string | undefined => {
  const { $dynamicRef: reference } = schema
  if (typeof reference === 'string' && /^#[^/]/.test(reference) && reference !== `#${root.$dynamicAnchor}`)
    return reference
  let found: string | undefined
  mapParts(schema, (part) => {
    found ??= findDynamicReference(part, root)
    return part
  })
  return found
}

/**
 * Finds a reference that leads back to itself without going into the value, so that no value could ever be judged. Only references by
 * a JSON pointer are followed.
 */
const findEndlessReference = (root: JsonSchema): string | undefined => {
  const done = new Set<JsonSchema>()
  const follow = (schema: JsonSchema, open: ReadonlySet<JsonSchema>): string | undefined => {
    if (done.has(schema)) return undefined
    const inside = new Set(open).add(schema)
    const target = typeof schema.$ref === 'string' ? resolvePointer(root, schema.$ref) : undefined
    if (target !== undefined && inside.has(target)) return schema.$ref
    const found = [...(target === undefined ? [] : [target]), ...listInPlace(schema)]
      .map((part) => follow(part, inside))
      .find((reference) => reference !== undefined)
    done.add(schema)
    return found
  }
  const search = (schema: JsonSchema): string | undefined => {
    const found = [follow(schema, new Set())]
    mapParts(schema, (part) => {
      found.push(search(part))
      return part
    })
    return found.find((reference) => reference !== undefined)
  }
  return search(root)
}
