import type {
  BinaryExpression,
  BinaryOperator,
  ConditionalExpression,
  Expression,
  UnaryExpression,
} from '../expression.ts'
import {
  ANY,
  BOOLEAN,
  describeType,
  isAssignable,
  listOf,
  mayBeNull,
  membersOf,
  NUMBER,
  STRING,
  type Type,
  unionOf,
  withoutNull,
} from '../type.ts'
import { checkEquality, checkMembership } from './check-equality.ts'
import {
  type CheckContext,
  checkExpected,
  checkNotNull,
  checkPresent,
  type Rewrite,
  rewrite,
  textOf,
  withFacts,
} from './context.ts'
import { reportDashedField } from './dashed-field.ts'
import { factsWhen } from './narrow.ts'

export const checkUnary = (node: UnaryExpression, context: CheckContext): Type => {
  if (node.operator === '!') return checkCondition(node.operand, context)
  checkExpected(node.operand, { expected: NUMBER, taker: "'-' takes a number" }, context)
  return NUMBER
}

/** Checks a place that needs true or false. */
export const checkCondition = (node: Expression, context: CheckContext): Type => {
  const type = checkPresent(node, context)
  if (!isAssignable(withoutNull(type), BOOLEAN)) reportNotBoolean(node, type, context)
  else if (mayBeNull(type))
    context.report('possibly_null', node, {
      message: `'${textOf(node, context)}' ${type.kind === 'null' ? 'is' : 'may be'} null: expected true or false`,
      hint: rewrite(node, `${textOf(node, context)}.orValue(false)`),
    })
  return BOOLEAN
}

const reportNotBoolean = (node: Expression, type: Type, context: CheckContext): void => {
  const shown = textOf(node, context)
  const tests: [Type['kind'], string][] = [
    ['number', `${shown} != 0`],
    ['string', `${shown} != ''`],
    ['list', `size(${shown}) > 0`],
  ]
  const kinds = membersOf(withoutNull(type)).map((member) =>
    member.kind === 'literal' ? typeof member.value : member.kind,
  )
  const test = tests.find(([kind]) => kinds.every((one) => one === kind))?.[1]
  const hint = mayBeNull(type) ? `${shown} != null` : test
  context.report('not_boolean', node, {
    message: `'${shown}' is ${describeType(type)}: expected true or false`,
    hint: hint === undefined || node.kind === 'literal' ? undefined : rewrite(node, hint),
  })
}

export const checkConditional = (node: ConditionalExpression, context: CheckContext): Type => {
  checkCondition(node.test, context)
  const whenTrue = withFacts(context, factsWhen(true, node.test, context))
  const whenFalse = withFacts(context, factsWhen(false, node.test, context))
  return unionOf([context.check(node.whenTrue, whenTrue), context.check(node.whenFalse, whenFalse)])
}

export const checkBinary = (node: BinaryExpression, context: CheckContext): Type => {
  switch (node.operator) {
    case '&&':
    case '||':
      checkCondition(node.left, context)
      checkCondition(node.right, withFacts(context, factsWhen(node.operator === '&&', node.left, context)))
      return BOOLEAN
    case '==':
    case '!=':
      return checkEquality(node, context)
    case 'in':
      return checkMembership(node, context)
    case '+':
      return checkSame(node, ADDABLE, context)
    case '<':
    case '<=':
    case '>':
    case '>=':
      checkSame(node, ORDERED, context)
      return BOOLEAN
    default:
      if (node.operator === '-' && reportDashedField(node, context)) return ANY
      for (const side of [node.left, node.right])
        checkExpected(side, { expected: NUMBER, taker: `'${node.operator}' takes numbers` }, context)
      return NUMBER
  }
}

interface Operands {
  kinds: Type[]
  plural: string
}

const ADDABLE: Operands = { kinds: [NUMBER, STRING, listOf(ANY)], plural: 'numbers, strings or lists' }
const ORDERED: Operands = { kinds: [NUMBER, STRING, BOOLEAN], plural: 'numbers, strings or booleans' }

/** Both sides must have the same kind, one of `kinds`. Returns their common type. */
const checkSame = (node: BinaryExpression, { kinds, plural }: Operands, context: CheckContext): Type => {
  const left = checkNotNull(node.left, context)
  const right = checkNotNull(node.right, context)
  const kind = kinds.find((one) => isAssignable(left, one) && isAssignable(right, one))
  if (kind === undefined) {
    context.report('type_mismatch', node, {
      message: `'${node.operator}' does not take ${describeType(left)} and ${describeType(right)}: expected two ${plural}`,
      hint: hintText(node, { left, right }, context),
    })
    return ANY
  }
  if (isOpen(left) && isOpen(right)) return ANY
  return left.kind === 'list' && right.kind === 'list' ? listOf(unionOf([left.item, right.item])) : kind
}

const isOpen = ({ kind }: Type): boolean => kind === 'any' || kind === 'never'

/** A text and a number are the usual pair. */
const hintText = (
  { operator, left, right }: { operator: BinaryOperator; left: Expression; right: Expression },
  types: { left: Type; right: Type },
  context: CheckContext,
): string | Rewrite | undefined => {
  const convert = operator === '+' ? 'string' : 'double'
  const wanted = operator === '+' ? STRING : NUMBER
  const scalar = unionOf([NUMBER, BOOLEAN, STRING])
  if (isAssignable(types.left, wanted) && isAssignable(types.right, scalar))
    return rewrite(right, `${convert}(${textOf(right, context)})`)
  if (isAssignable(types.right, wanted) && isAssignable(types.left, scalar))
    return rewrite(left, `${convert}(${textOf(left, context)})`)
  return undefined
}
