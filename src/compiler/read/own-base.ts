/**
 * JSON Schema inside the shorthand keeps its own base: `#` and `#/$defs/node` mean the schema that the author wrote, and not the type
 * around it. Its definitions become definitions of the whole type, and so does the schema itself where it is referred to.
 */
import { isJsonObject } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { isPointer, mapParts, REFERENCES, renameReferences } from '../../core/json-schema-parts.ts'

/** @param own Schemas as the author wrote them, inside the type. */
export const withOwnBases = (type: JsonSchema, own: ReadonlySet<JsonSchema>): JsonSchema => {
  if (own.has(type)) return type
  const definitions: Record<string, JsonSchema> = {}
  const place = (schema: JsonSchema, path: string): JsonSchema => {
    if (own.has(schema)) return refersToBase(schema) ? hoist(schema, { path, definitions }) : schema
    const { properties, items, anyOf } = schema
    return {
      ...schema,
      ...(properties !== undefined && {
        properties: Object.fromEntries(
          Object.entries(properties).map(([name, part]) => [name, place(part, join(path, name))]),
        ),
      }),
      ...(isJsonObject(items) && { items: place(items, join(path, 'item')) }),
      ...(anyOf !== undefined && { anyOf: anyOf.map((part, index) => place(part, join(path, String(index + 1)))) }),
    }
  }
  const placed = place(type, '')
  return Object.keys(definitions).length === 0 ? placed : { ...placed, $defs: definitions }
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** A schema with an `$id` is a base itself. */
const refersToBase = (schema: JsonSchema): boolean => {
  if (typeof schema.$id === 'string') return false
  let found = REFERENCES.some((keyword) => isPointer(schema[keyword]))
  mapParts(schema, (part) => {
    found ||= refersToBase(part)
    return part
  })
  return found
}

interface Hoisting {
  path: string
  definitions: Record<string, JsonSchema>
}

/** Moves the definitions, and the schema itself if it is referred to. */
const hoist = (schema: JsonSchema, { path, definitions }: Hoisting): JsonSchema => {
  const own = toFree(path, definitions)
  definitions[own] = {}
  const { $defs = {}, ...rest } = schema
  const names = new Map<string, string>()
  for (const name of Object.keys($defs)) {
    const free = toFree(`${own}.${name}`, definitions)
    definitions[free] = {}
    names.set(name, free)
  }
  let isMeant = false
  const rename = (reference: string): string => {
    const [, name = '', beyond = ''] = /^#\/\$defs\/([^/]+)(.*)$/.exec(reference) ?? []
    const free = names.get(decode(name))
    if (free !== undefined) return `#/$defs/${free}${beyond}`
    isMeant = true
    return `#/$defs/${own}${reference.slice(1)}`
  }
  for (const [name, free] of names) definitions[free] = renameReferences($defs[name] ?? {}, rename)
  const rebased = renameReferences(rest, rename)
  if (isMeant) definitions[own] = rebased
  else delete definitions[own]
  return isMeant ? { $ref: `#/$defs/${own}` } : rebased
}

/** Makes a free name from characters that a reference holds as they are, and that vendors of models take. */
const toFree = (name: string, taken: Readonly<Record<string, JsonSchema>>): string => {
  const plain = name.replaceAll(/[^\w.-]/g, '_')
  let free = plain
  for (let count = 2; Object.hasOwn(taken, free); count++) free = `${plain}.${count}`
  return free
}

const decode = (name: string): string => {
  try {
    return decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return name
  }
}
