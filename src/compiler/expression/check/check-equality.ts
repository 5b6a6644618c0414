import { findNearest } from '../../../core/nearest.ts'
import type { BinaryExpression, Expression, Span } from '../expression.ts'
import {
  ANY,
  BOOLEAN,
  describeType,
  type LiteralValue,
  mayBeEqual,
  membersOf,
  quoteText,
  STRING,
  type Type,
  withoutNull,
} from '../type.ts'
import { type CheckContext, checkExpected, checkNotNull, checkPresent, type Rewrite, textOf } from './context.ts'

/** `==` and `!=`: values that may be equal may be compared; two sides that are never equal are a mistake. */
export const checkEquality = (node: BinaryExpression, context: CheckContext): Type => {
  const left = checkPresent(node.left, context)
  const right = checkPresent(node.right, context)
  if (mayBeEqual(left, right)) return BOOLEAN
  const isReported =
    reportUnknownValue(node.right, right, { place: node.left, type: left }, context) ||
    reportUnknownValue(node.left, left, { place: node.right, type: right }, context)
  if (!isReported)
    context.report('type_mismatch', node, {
      message: `'${textOf(node, context)}' compares what is never equal: ${describeType(left)} with ${describeType(right)}`,
      hint: hintConversion(node, { left, right }, context),
    })
  return BOOLEAN
}

const hintConversion = (
  node: BinaryExpression,
  { left, right }: { left: Type; right: Type },
  context: CheckContext,
): string | undefined => {
  if (!hasOnly(left, 'string', 'number') || !hasOnly(right, 'string', 'number')) return undefined
  const number = hasOnly(left, 'number') ? node.left : node.right
  const text = number === node.left ? node.right : node.left
  const isNumeric = text.kind === 'literal' && text.value !== '' && Number.isFinite(Number(text.value))
  if (isNumeric) return `write ${text.value} without quotes`
  if (number.kind === 'literal')
    return `write '${textOf(number, context)}' in quotes, or double(${textOf(text, context)})`
  return `write string(${textOf(number, context)})`
}

const hasOnly = (type: Type, ...kinds: string[]): boolean =>
  membersOf(type).every((member) => kinds.includes(member.kind === 'literal' ? typeof member.value : member.kind))

interface Enumeration {
  place: Expression
  type: Type
}

/** Reports a text that is not among the values of the other side; false when the other side is not an enumeration. */
const reportUnknownValue = (
  literal: Expression,
  type: Type,
  { place, type: enumeration }: Enumeration,
  context: CheckContext,
): boolean => {
  const allowed = literalsOf(enumeration)
  if (literal.kind !== 'literal' || type.kind !== 'literal' || allowed === undefined) return false
  if (place.kind === 'literal' || typeof allowed[0] !== typeof type.value) return false
  context.report('unknown_enum_value', literal, {
    message: `${describeType(type)} is no value of '${textOf(place, context)}': expected ${describeType(withoutNull(enumeration))}`,
    hint: respellValue(literal, type.value, allowed),
  })
  return true
}

/** The values of a type that has literals only. */
export const literalsOf = (type: Type): LiteralValue[] | undefined => {
  const members = membersOf(withoutNull(type))
  const values = members.flatMap((member) => (member.kind === 'literal' ? [member.value] : []))
  return values.length > 0 && values.length === members.length ? values : undefined
}

/** The nearest allowed value; none for numbers and booleans that are far from all. */
export const findAllowed = (value: LiteralValue, allowed: readonly LiteralValue[]): string | undefined =>
  findNearest(String(value), allowed.map(String))

export const respellValue = (
  span: Span,
  value: LiteralValue,
  allowed: readonly LiteralValue[],
): Rewrite | undefined => {
  const nearest = findAllowed(value, allowed)
  if (nearest === undefined) return undefined
  const text = typeof value === 'string' ? quoteText(nearest) : nearest
  return { hint: `did you mean ${text}?`, span, text }
}

/** `in`: an item of a list, a key of an object. */
export const checkMembership = (node: BinaryExpression, context: CheckContext): Type => {
  const item = checkPresent(node.left, context)
  const container = checkNotNull(node.right, context)
  for (const member of membersOf(container)) checkContainer(node, { item, member }, context)
  return BOOLEAN
}

const checkContainer = (
  node: BinaryExpression,
  { item, member }: { item: Type; member: Type },
  context: CheckContext,
): void => {
  switch (member.kind) {
    case 'any':
    case 'never':
      return
    case 'object':
      checkExpected(node.left, { expected: STRING, taker: "'in' takes a key, which is text" }, context)
      return
    case 'list':
      checkItem(node, { item, list: member.item }, context)
      return
    default:
      context.report('type_mismatch', node.right, {
        message: `'in' takes a list or an object on its right: '${textOf(node.right, context)}' is ${describeType(member)}`,
        hint:
          describeType(member) === 'string' || member.kind === 'literal'
            ? `write ${textOf(node.right, context)}.contains(${textOf(node.left, context)})`
            : undefined,
      })
  }
}

const checkItem = (node: BinaryExpression, { item, list }: { item: Type; list: Type }, context: CheckContext): void => {
  const { left, right } = node
  if (right.kind === 'list') {
    for (const one of right.items) {
      const type = one.kind === 'literal' && one.value !== null ? ({ kind: 'literal', value: one.value } as const) : ANY
      if (!mayBeEqual(item, type)) reportItem(one, type, { place: left, type: item }, context)
    }
  } else if (list.kind !== 'never' && !mayBeEqual(item, list))
    reportItem(left, item, { place: right, type: list }, context)
}

const reportItem = (node: Expression, type: Type, other: Enumeration, context: CheckContext): void => {
  if (reportUnknownValue(node, type, other, context)) return
  context.report('type_mismatch', node, {
    message: `'${textOf(node, context)}' is never equal to '${textOf(other.place, context)}': ${describeType(type)} and ${describeType(other.type)}`,
  })
}
