/** Compares a written value with its expected type, and reports each difference at its place. */
import { correct, type Hint, meantNearest, quoteIt, write } from '../correction.ts'
import { toUngrouped } from '../read/misread-value.ts'
import type { MapNode, ValueNode } from '../value-node.ts'
import { findAllowed, literalsOf } from './check/check-equality.ts'
import type { ExpressionFinding } from './expression-names.ts'
import { ANY, describeType, isAssignable, membersOf, NUMBER, type ObjectType, STRING, type Type } from './type.ts'

interface Wanted {
  expected: Type
  /** The text of the file. */
  text: string
  /** Hint for a field of the value itself that is not expected. */
  hintUnknown?: HintUnknown | undefined
}

export type HintUnknown = (entry: MapNode['entries'][number], map: MapNode) => Hint | undefined

/**
 * Finds the fields of `value` that are wrong, missing or unknown, each with its own range. `type` is the value's type, as found
 * by `checkValue`.
 */
export const findMismatches = (value: ValueNode, type: Type, wanted: Wanted): ExpressionFinding[] => {
  const { expected, text, hintUnknown } = wanted
  if (isAssignable(type, expected)) return []
  const candidates = membersOf(expected)
  if (value.kind === 'map' && type.kind === 'object') {
    const objects = candidates.filter((candidate): candidate is ObjectType => candidate.kind === 'object')
    const object = findMeant(type, objects)
    if (object !== undefined) return compareFields(value, type, { expected: object, text, hintUnknown })
    const names = objects.flatMap(({ fields }) => [...fields.keys()])
    const unknown = value.entries.filter(({ key }) => !names.includes(key.value))
    const isClosed = objects.length > 0 && objects.every(({ rest }) => rest === undefined)
    if (isClosed && unknown.length > 0) return unknown.map(({ key }) => describeUnknown(key, names))
  }
  if (value.kind === 'list' && type.kind === 'list') {
    const lists = candidates.filter((candidate) => candidate.kind === 'list')
    const [list] = lists
    const items = type.items ?? []
    if (list !== undefined && lists.length === 1)
      return value.items.flatMap((item, index) =>
        findMismatches(item, items[index] ?? ANY, { expected: list.item, text }),
      )
  }
  return [describeMismatch(value, type, wanted)]
}

/** Returns the object that the value is meant to be: the only one, or the only one that has a field with it in common. */
const findMeant = (type: ObjectType, objects: ObjectType[]): ObjectType | undefined => {
  const [only, ...others] =
    objects.length === 1
      ? objects
      : objects.filter(({ fields }) => [...type.fields.keys()].some((name) => fields.has(name)))
  return others.length === 0 ? only : undefined
}

const compareFields = (
  value: MapNode,
  type: ObjectType,
  { expected, text, hintUnknown }: Wanted & { expected: ObjectType },
): ExpressionFinding[] => {
  const findings = value.entries.flatMap((entry) => {
    const { key, value: item } = entry
    const own = type.fields.get(key.value)?.type ?? ANY
    const field = expected.fields.get(key.value)?.type ?? expected.rest
    return field === undefined
      ? [describeUnknown(key, [...expected.fields.keys()], hintUnknown?.(entry, value))]
      : findMismatches(item, own, { expected: field, text })
  })
  const missing = [...expected.fields].filter(([name, field]) => !field.optional && !type.fields.has(name))
  return [...findings, ...missing.map(([name, field]) => describeMissing(value, name, field.type))]
}

const describeUnknown = (
  { value, range }: MapNode['entries'][number]['key'],
  names: string[],
  hint?: Hint,
): ExpressionFinding => ({
  code: 'unknown_field',
  range,
  message: `'${value}' is no field here: expected ${names.join(', ') || 'none'}`,
  hint: hint ?? meantNearest(range, value, names),
})

const describeMissing = ({ range }: MapNode, name: string, type: Type): ExpressionFinding => ({
  code: 'missing_field',
  range,
  message: `'${name}' is missing: expected ${describeType(type)}`,
  hint: `add ${name}: …`,
})

const describeMismatch = (value: ValueNode, type: Type, { expected, text }: Wanted): ExpressionFinding => {
  const allowed = literalsOf(expected)
  if (type.kind === 'literal' && allowed !== undefined && typeof allowed[0] === typeof type.value) {
    return {
      code: 'unknown_enum_value',
      range: value.range,
      message: `${describeType(type)} is not allowed here: expected ${describeType(expected)}`,
      hint: suggestAllowed(value, findAllowed(type.value, allowed)),
    }
  }
  const isNull =
    type.kind === 'union' && isAssignable(type, { kind: 'union', members: [...membersOf(expected), { kind: 'null' }] })
  return {
    code: isNull ? 'possibly_null' : 'type_mismatch',
    range: value.range,
    message: `the value ${isNull ? 'may be null' : 'does not fit'}: expected ${describeType(expected)}, got ${describeType(type)}`,
    hint: isNull ? 'write ….orValue(…) for a substitute' : suggestScalar(value, { expected, text }),
  }
}

/** The word in place of one that is written out. */
const suggestAllowed = (value: ValueNode, nearest: string | undefined): Hint | undefined => {
  if (nearest === undefined) return undefined
  const hint = `did you mean '${nearest}'?`
  if (value.kind !== 'literal') return hint
  return correct(hint, { ...value.range, text: /^[A-Za-z]\w*$/.test(nearest) ? nearest : JSON.stringify(nearest) })
}

/** A number where text is expected, or the text `1_000` where a number is. */
const suggestScalar = (value: ValueNode, { expected, text }: Wanted): Hint | undefined => {
  if (value.kind !== 'literal' || value.value === null) return undefined
  if (typeof value.value === 'string') {
    const number = toUngrouped(value.value)
    return number !== undefined && isAssignable(NUMBER, expected) ? write(value.range, number) : undefined
  }
  const written = text.slice(value.range.start, value.range.end)
  return isAssignable(STRING, expected) ? quoteIt(value.range, `"${written}"`) : undefined
}
