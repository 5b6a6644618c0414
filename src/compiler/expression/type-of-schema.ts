/**
 * Type of the values that fit a JSON Schema. Every value that the schema accepts belongs to the type; the
 * type may be wider, since ranges, patterns, `not` and `if` have no part in it.
 */
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { resolvePointer } from '../../core/json-schema-parts.ts'
import {
  ANY,
  BOOLEAN,
  type Field,
  listOf,
  literalOf,
  membersOf,
  NEVER,
  NULL,
  NUMBER,
  type ObjectType,
  STRING,
  type Type,
  unionOf,
} from './type.ts'

/** A tool's schema is asked for by each step that calls it. */
const types = new WeakMap<JsonSchema, Type>()

/** `$ref` is followed inside the schema itself only; one that leads elsewhere, or in a circle, is `any`. */
export const typeOfSchema = (schema: JsonSchema): Type => {
  const known = types.get(schema)
  if (known !== undefined) return known
  const type = toType(schema, { root: schema, open: new Set(), size: { left: MOST_PARTS } })
  types.set(schema, type)
  return type
}

interface SchemaPlace {
  root: JsonSchema
  /** References that are being followed: a type can't be recursive. */
  open: ReadonlySet<string>
  /** Parts that may still be converted: references can make a short schema describe a huge type. */
  size: { left: number }
}

const MOST_PARTS = 5000

const toType = (schema: unknown, place: SchemaPlace): Type => {
  if (schema === false) return NEVER
  if (place.size.left-- <= 0) return ANY
  if (!isSchema(schema)) return ANY
  // References inside a schema with an `$id` start there.
  if (typeof schema.$id === 'string' && schema !== place.root)
    return toType(schema, { ...place, root: schema, open: new Set() })
  const parts = [ownType(schema, place)]
  if (typeof schema.$ref === 'string') parts.push(followReference(schema.$ref, place))
  for (const choices of [schema.anyOf, schema.oneOf])
    if (Array.isArray(choices)) parts.push(unionOf(choices.map((choice) => toType(choice, place))))
  for (const part of Array.isArray(schema.allOf) ? schema.allOf : []) parts.push(toType(part, place))
  return parts.reduce(intersect)
}

const isSchema = (value: unknown): value is JsonSchema => isJsonObject(value)

const ownType = (schema: JsonSchema, place: SchemaPlace): Type => {
  if (schema.const !== undefined) return typeOfValue(schema.const)
  if (Array.isArray(schema.enum)) return unionOf(schema.enum.map(typeOfValue))
  if (typeof schema.type === 'string') return typeOfName(schema.type, schema, place)
  if (Array.isArray(schema.type)) return unionOf(schema.type.map((name) => typeOfName(name, schema, place)))
  // Keywords of objects say nothing of other values, yet their author means objects.
  return schema.properties === undefined ? ANY : objectType(schema, place)
}

/** The type of one JSON value: literals where there are literals, else its kind. */
const typeOfValue = (value: JsonValue): Type => {
  if (value === null) return NULL
  if (typeof value !== 'object') return literalOf(value)
  if (Array.isArray(value)) return listOf(unionOf(value.map(typeOfValue)))
  const fields = Object.entries(value).map(([name, item]): [string, Field] => [
    name,
    { type: typeOfValue(item), optional: false },
  ])
  return { kind: 'object', fields: new Map(fields) }
}

const typeOfName = (name: string, schema: JsonSchema, place: SchemaPlace): Type => {
  switch (name) {
    case 'string':
      return STRING
    case 'number':
    case 'integer':
      return NUMBER
    case 'boolean':
      return BOOLEAN
    case 'null':
      return NULL
    case 'array':
      return listType(schema, place)
    case 'object':
      return objectType(schema, place)
    default:
      return ANY
  }
}

const listType = (schema: JsonSchema, place: SchemaPlace): Type => {
  const leading = Array.isArray(schema.prefixItems) ? schema.prefixItems.map((item) => toType(item, place)) : []
  if (schema.items === false) return listOf(unionOf(leading))
  return listOf(unionOf([...leading, schema.items === undefined ? ANY : toType(schema.items, place)]))
}

const objectType = (schema: JsonSchema, place: SchemaPlace): Type => {
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  const fields = new Map<string, Field>()
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    fields.set(name, { type: toType(property, place), optional: !required.has(name) })
  const rest = restType(schema, place)
  if (rest !== undefined)
    for (const name of required) if (!fields.has(name)) fields.set(name, { type: rest, optional: false })
  return { kind: 'object', fields, ...(rest === undefined ? {} : { rest }) }
}

const restType = ({ additionalProperties, patternProperties }: JsonSchema, place: SchemaPlace): Type | undefined => {
  const patterns = Object.values(patternProperties ?? {}).map((pattern) => toType(pattern, place))
  if (additionalProperties === false) return patterns.length === 0 ? undefined : unionOf(patterns)
  if (additionalProperties === undefined) return ANY
  return unionOf([...patterns, toType(additionalProperties, place)])
}

const followReference = (reference: string, { root, open, size }: SchemaPlace): Type => {
  if (open.has(reference)) return ANY
  const target = resolvePointer(root, reference)
  return target === undefined ? ANY : toType(target, { root, open: new Set(open).add(reference), size })
}

/** The type of values that belong to both, or a wider one. */
const intersect = (a: Type, b: Type): Type => {
  if (a.kind === 'any') return b
  if (b.kind === 'any') return a
  if (membersOf(a).length * membersOf(b).length > MOST_PARTS) return a
  if (a.kind === 'union' || b.kind === 'union')
    return unionOf(membersOf(a).flatMap((left) => membersOf(b).map((right) => intersect(left, right))))
  if (a.kind === 'object' && b.kind === 'object') return intersectObjects(a, b)
  if (a.kind === 'list' && b.kind === 'list') return listOf(intersect(a.item, b.item))
  if (a.kind === 'literal') return fitsLiteral(a, b) ? a : NEVER
  if (b.kind === 'literal') return fitsLiteral(b, a) ? b : NEVER
  return a.kind === b.kind ? a : NEVER
}

const fitsLiteral = (literal: Extract<Type, { kind: 'literal' }>, other: Type): boolean =>
  other.kind === 'literal' ? other.value === literal.value : other.kind === typeof literal.value

const intersectObjects = (a: ObjectType, b: ObjectType): Type => {
  const fields = new Map<string, Field>()
  for (const name of [...a.fields.keys(), ...b.fields.keys()]) {
    const [own, other] = [a.fields.get(name), b.fields.get(name)]
    fields.set(name, {
      type: intersect(own?.type ?? a.rest ?? ANY, other?.type ?? b.rest ?? ANY),
      optional: (own?.optional ?? true) && (other?.optional ?? true),
    })
  }
  const rest = a.rest === undefined || b.rest === undefined ? undefined : intersect(a.rest, b.rest)
  return { kind: 'object', fields, ...(rest === undefined ? {} : { rest }) }
}
