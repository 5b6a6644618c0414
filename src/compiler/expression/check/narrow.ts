/**
 * Finds the facts that a condition shows about the places it tests, when it is true or when it is false: `has(a.b)`, `a.b != null`,
 * `a.?b.hasValue()`, a boolean field that tells the members of a union apart, `steps.x.status == 'completed'`. Facts hold
 * in the right side of `&&` and `||`, in the branches of `? :` and in the items that a filter lets through.
 */
import { type Expression, type FieldExpression, toOptionalChain } from '../expression.ts'
import { membersOf, type Type, unionOf, unwrap, withoutNull } from '../type.ts'
import { type CheckContext, type Facts, fieldPath, inSilence, isRootName, pathOf, withFacts } from './context.ts'

const NOTHING: Facts = new Map()

export const factsWhen = (truth: boolean, test: Expression, context: CheckContext): Facts => {
  const kept = context.shown.get(test) ?? {}
  const key = truth ? 'whenTrue' : 'whenFalse'
  const facts = kept[key] ?? findFacts(truth, test, context)
  context.shown.set(test, { ...kept, [key]: facts })
  return facts
}

const findFacts = (truth: boolean, test: Expression, context: CheckContext): Facts => {
  switch (test.kind) {
    case 'has':
      return factsOfPresence(test.operand, truth, context)
    case 'name':
    case 'field':
      return factsOfChoice(test, (field) => !isLiteral(field, !truth), context)
    case 'unary':
      return test.operator === '!' ? factsWhen(!truth, test.operand, context) : NOTHING
    case 'call':
      return test.name === 'hasValue' && test.receiver !== undefined && truth
        ? factsOfValue(test.receiver, context)
        : NOTHING
    case 'binary':
      return factsOfBinary(truth, test, context)
    default:
      return NOTHING
  }
}

const factsOfBinary = (truth: boolean, test: Extract<Expression, { kind: 'binary' }>, context: CheckContext): Facts => {
  const { operator, left, right } = test
  if (operator === '&&' || operator === '||') {
    // `a && b` is true when both are, `a || b` is false when both are; else it is unknown which it was.
    if (truth !== (operator === '&&')) return NOTHING
    const first = factsWhen(truth, left, context)
    return merge(first, factsWhen(truth, right, withFacts(context, first)))
  }
  if (operator !== '==' && operator !== '!=') return NOTHING
  const isEqual = truth === (operator === '==')
  if (left.kind === 'literal') return factsOfEquality(right, left.value, { isEqual, context })
  return right.kind === 'literal' ? factsOfEquality(left, right.value, { isEqual, context }) : NOTHING
}

const merge = (a: Facts, b: Facts): Facts => (a.size === 0 ? b : b.size === 0 ? a : new Map([...a, ...b]))

const factsOfEquality = (
  place: Expression,
  value: string | number | boolean | null,
  { isEqual, context }: { isEqual: boolean; context: CheckContext },
): Facts => {
  if (value === null) return isEqual ? NOTHING : factsOfValue(place, context)
  const present = isEqual ? factsOfValue(place, context) : NOTHING
  const mayBeSo = (field: Type): boolean => (isEqual ? mayBe(field, value) : !isLiteral(field, value))
  const choice = factsOfChoice(place, mayBeSo, withFacts(context, present))
  const completion = isEqual && value === 'completed' ? factsOfCompletion(place, context) : NOTHING
  return merge(merge(present, choice), completion)
}

/** `steps.x.status == 'completed'` shows that the output is there. */
const factsOfCompletion = (place: Expression, context: CheckContext): Facts => {
  if (place.kind !== 'field' || place.name !== 'status' || place.object.kind !== 'field') return NOTHING
  const step = place.object
  const type = isRootName(step.object, 'steps', context) ? context.names.step(step.name) : undefined
  const path = pathOf(step, context)
  return type === undefined || path === undefined ? NOTHING : new Map([[fieldPath(path, 'output'), type.output]])
}

/** The place has a value that is not null, and so has everything before it. */
const factsOfValue = (place: Expression, context: CheckContext): Facts => {
  const path = isRootName(place, 'steps', context) ? undefined : pathOf(place, context)
  if (path === undefined) return NOTHING
  const before = place.kind === 'field' ? factsOfValue(place.object, context) : NOTHING
  const type = context.check(toOptionalChain(place), withFacts(inSilence(context), before))
  return merge(before, new Map([[path, withoutNull(unwrap(type))]]))
}

/** `has(a.b)`: true, `a` is of the members that may have `b`, and `b` is there; false, of those that need not have it. */
const factsOfPresence = (place: Expression, truth: boolean, context: CheckContext): Facts => {
  const path = pathOf(place, context)
  if (path === undefined || place.kind !== 'field') return NOTHING
  if (!truth) return factsOfOwner(place, (field) => field === undefined || field.optional, context)
  const before = factsOfValue(place.object, context)
  const owner = factsOfOwner(place, (field) => field !== undefined, withFacts(context, before))
  const known = merge(before, owner)
  const type = context.check(toOptionalChain(place), withFacts(inSilence(context), known))
  return merge(known, new Map([[path, unwrap(type)]]))
}

/** The members of a union before the dot whose field may be so. */
const factsOfChoice = (place: Expression, mayBeSo: (field: Type) => boolean, context: CheckContext): Facts =>
  place.kind === 'field'
    ? factsOfOwner(place, (field) => field === undefined || field.optional || mayBeSo(field.type), context)
    : NOTHING

type Choose = (field: { type: Type; optional: boolean } | undefined) => boolean

const factsOfOwner = ({ object, name }: FieldExpression, choose: Choose, context: CheckContext): Facts => {
  const path = pathOf(object, context)
  if (path === undefined) return NOTHING
  const type = unwrap(context.check(object, inSilence(context)))
  if (type.kind !== 'union') return NOTHING
  const members = type.members.filter((member) => member.kind !== 'object' || choose(fieldOf(member, name)))
  return members.length === type.members.length ? NOTHING : new Map([[path, unionOf(members)]])
}

const fieldOf = ({ fields, rest }: Extract<Type, { kind: 'object' }>, name: string): ReturnType<typeof fields.get> =>
  fields.get(name) ?? (rest === undefined ? undefined : { type: rest, optional: true })

const isLiteral = (type: Type, value: string | number | boolean): boolean =>
  type.kind === 'literal' && type.value === value

const mayBe = (type: Type, value: string | number | boolean): boolean =>
  membersOf(type).some((member) =>
    member.kind === 'literal' ? member.value === value : member.kind === 'any' || member.kind === typeof value,
  )
