/**
 * The static types of the expression language. There is one number type, without a separate integer. `any` fits everywhere; `never` is the type of an expression that can't have a value.
 */
import type { JsonValue } from '../../core/json.ts'

export type Type =
  | { kind: 'any' }
  | { kind: 'never' }
  | { kind: 'null' }
  | { kind: 'boolean' }
  | { kind: 'number' }
  | { kind: 'string' }
  /** One known value: an enum literal, or a literal in the text. */
  | { kind: 'literal'; value: LiteralValue }
  /** `items` are the types of the single items where the list is written out; `item` is always their union. */
  | { kind: 'list'; item: Type; items?: Type[] }
  /** `rest` is the type of fields that are not listed; undefined: closed. */
  | { kind: 'object'; fields: Map<string, Field>; rest?: Type }
  /** At least two members, none of them a union. Made by `unionOf` only. */
  | { kind: 'union'; members: Type[] }
  /** Result of `.?` and `[?]`, until `orValue` or `has` unwraps it. */
  | { kind: 'optional'; value: Type }
  /** The placeholder that `secrets.NAME` is. */
  | { kind: 'secret' }

export interface Field {
  type: Type
  optional: boolean
}

export type LiteralValue = Extract<JsonValue, string | number | boolean>

export type ObjectType = Extract<Type, { kind: 'object' }>

export const ANY: Type = { kind: 'any' }
export const NEVER: Type = { kind: 'never' }
export const NULL: Type = { kind: 'null' }
export const BOOLEAN: Type = { kind: 'boolean' }
export const NUMBER: Type = { kind: 'number' }
export const STRING: Type = { kind: 'string' }
export const SECRET: Type = { kind: 'secret' }

export const literalOf = (value: LiteralValue): Type => ({ kind: 'literal', value })

export const listOf = (item: Type): Type => ({ kind: 'list', item })

/** The type of a list that is written out item by item. */
export const listOfItems = (items: Type[]): Type => ({ kind: 'list', item: unionOf(items), items })

/** A name that ends in `?` is an optional field. Without `rest` the object is closed. */
export const objectOf = (fields: Record<string, Type>, rest?: Type): ObjectType => ({
  kind: 'object',
  fields: new Map(
    Object.entries(fields).map(([name, type]): [string, Field] =>
      name.endsWith('?') ? [name.slice(0, -1), { type, optional: true }] : [name, { type, optional: false }],
    ),
  ),
  ...(rest === undefined ? {} : { rest }),
})

export const membersOf = (type: Type): Type[] => (type.kind === 'union' ? type.members : [type])

/** The union in normal form: flat, without repeats, literals absorbed by their base type; no member: `never`. */
export const unionOf = (types: Iterable<Type>): Type => {
  const members = new Map<string, Type>()
  let isOptional = false
  for (const type of types) {
    const value = type.kind === 'optional' ? type.value : type
    isOptional ||= type.kind === 'optional'
    for (const member of membersOf(value)) members.set(identityOf(member), member)
  }
  const union = toUnion(members)
  return isOptional ? { kind: 'optional', value: union } : union
}

const toUnion = (members: Map<string, Type>): Type => {
  if (members.has('any')) return ANY
  members.delete('never')
  if (members.has('true') && members.has('false')) members.set('boolean', BOOLEAN)
  const kept = [...members.values()].filter((type) => type.kind !== 'literal' || !members.has(typeof type.value))
  const [only = NEVER] = kept
  return kept.length < 2 ? only : { kind: 'union', members: kept }
}

/** Equal for equal types. */
const identityOf = (type: Type): string => {
  switch (type.kind) {
    case 'literal':
      return JSON.stringify(type.value)
    case 'list':
      return `[${identityOf(type.item)}]`
    case 'union':
      return type.members.map(identityOf).sort().join('|')
    case 'optional':
      return `optional ${identityOf(type.value)}`
    case 'object': {
      const fields = [...type.fields].map(
        ([name, field]) => `${JSON.stringify(name)}${field.optional ? '?' : ''}:${identityOf(field.type)}`,
      )
      return `{${fields.sort().join()}}${type.rest === undefined ? '' : identityOf(type.rest)}`
    }
    default:
      return type.kind
  }
}

/** The type of a value that is known not to be null. */
export const withoutNull = (type: Type): Type => {
  if (type.kind === 'null') return NEVER
  return type.kind === 'union' ? unionOf(type.members.filter(({ kind }) => kind !== 'null')) : type
}

/** The same type with `string`, `number` and `boolean` for their literals, at the top and in lists. */
export const withoutLiterals = (type: Type): Type => {
  switch (type.kind) {
    case 'literal':
      return typeof type.value === 'string' ? STRING : typeof type.value === 'number' ? NUMBER : BOOLEAN
    case 'list':
      return listOf(withoutLiterals(type.item))
    case 'union':
      return unionOf(type.members.map(withoutLiterals))
    default:
      return type
  }
}

export const mayBeNull = (type: Type): boolean => membersOf(type).some(({ kind }) => kind === 'null')

/** Removes `optional`. */
export const unwrap = (type: Type): Type => (type.kind === 'optional' ? type.value : type)

export const optionalOf = (type: Type): Type => (type.kind === 'optional' ? type : { kind: 'optional', value: type })

/** True if every value of `from` may stand where `to` is expected. `any` fits both ways; a secret is resolved to text. */
export const isAssignable = (from: Type, to: Type): boolean => {
  if (from.kind === 'any' || to.kind === 'any' || from.kind === 'never') return true
  if (from.kind === 'union') return from.members.every((member) => isAssignable(member, to))
  if (to.kind === 'union') return to.members.some((member) => isAssignable(from, member))
  switch (from.kind) {
    case 'literal':
      return to.kind === 'literal' ? from.value === to.value : to.kind === typeof from.value
    case 'boolean':
      return to.kind === 'boolean'
    case 'secret':
      return to.kind === 'secret' || to.kind === 'string'
    case 'list':
      return to.kind === 'list' && isAssignable(from.item, to.item)
    case 'object':
      return to.kind === 'object' && isObjectAssignable(from, to)
    case 'optional':
      return to.kind === 'optional' && isAssignable(from.value, to.value)
    default:
      return to.kind === from.kind
  }
}

const isObjectAssignable = (from: ObjectType, to: ObjectType): boolean => {
  for (const [name, field] of to.fields) {
    const own = from.fields.get(name)
    if (own === undefined) {
      if (!field.optional && from.rest === undefined) return false
    } else if ((own.optional && !field.optional) || !isAssignable(own.type, field.type)) return false
  }
  for (const [name, field] of from.fields) {
    if (to.fields.has(name)) continue
    if (to.rest === undefined || !isAssignable(field.type, to.rest)) return false
  }
  return from.rest === undefined || to.rest === undefined || isAssignable(from.rest, to.rest)
}

/** True if some value may belong to both, so that `==` makes sense. Null alone is comparable with everything. */
export const mayBeEqual = (a: Type, b: Type): boolean => {
  if (a.kind === 'null' || b.kind === 'null') return true
  const others = membersOf(withoutNull(unwrap(b)))
  return membersOf(withoutNull(unwrap(a))).some((left) => others.some((right) => areComparable(left, right)))
}

const areComparable = (a: Type, b: Type): boolean => {
  if (a.kind === 'any' || b.kind === 'any' || a.kind === 'never' || b.kind === 'never') return true
  if (a.kind === 'literal' && b.kind === 'literal') return a.value === b.value
  if (a.kind === 'list' && b.kind === 'list') return mayBeEqual(a.item, b.item)
  return baseKind(a) === baseKind(b)
}

const baseKind = (type: Type): string => (type.kind === 'literal' ? typeof type.value : type.kind)

const MOST_MEMBERS_SHOWN = 12
const MOST_FIELDS_SHOWN = 8

/** A type for messages: `number`, `'bug' | 'billing'`, `{ id: string, text?: string }`, `a list of numbers`. */
export const describeType = (type: Type): string => describe(type, 0)

const describe = (type: Type, depth: number): string => {
  switch (type.kind) {
    case 'any':
      return 'any value'
    case 'never':
      return 'no value'
    case 'secret':
      return 'a secret'
    case 'literal':
      return typeof type.value === 'string' ? quoteText(type.value) : String(type.value)
    case 'optional':
      return `${describe(type.value, depth)}, or missing`
    case 'list':
      return type.item.kind === 'never' ? 'an empty list' : `a list of ${describe(type.item, depth + 1)}`
    case 'union': {
      const shown = type.members.slice(0, MOST_MEMBERS_SHOWN).map((member) => describe(member, depth + 1))
      const hidden = type.members.length - shown.length
      return `${shown.join(' | ')}${hidden === 0 ? '' : ` and ${hidden} more`}`
    }
    case 'object':
      return describeObject(type, depth)
    default:
      return type.kind
  }
}

const describeObject = ({ fields, rest }: ObjectType, depth: number): string => {
  if (fields.has('$blob')) return 'blob'
  if (fields.size === 0 || depth > 2) return fields.size === 0 && rest === undefined ? '{}' : 'an object'
  const shown = [...fields].slice(0, MOST_FIELDS_SHOWN)
  const texts = shown.map(([name, field]) => `${name}${field.optional ? '?' : ''}: ${describe(field.type, depth + 1)}`)
  const isCut = fields.size > shown.length || rest !== undefined
  return `{ ${texts.join(', ')}${isCut ? ', …' : ''} }`
}

/** Text as a literal of the language, in single quotes. */
export const quoteText = (text: string): string => {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${escaped}'`
}
