/** Evaluates an expression as far as the values of its places are known. Never throws: a value that would fail is unknown. */
import { OPERATORS, type ValueOperator } from './compile/compile-operator.ts'
import { Evaluation, ExpressionFailure } from './evaluation.ts'
import { type Expression, partsOf } from './expression.ts'

export const UNKNOWN: unique symbol = Symbol('unknown')

type Scalar = string | number | boolean | null

export type Known = Scalar | typeof UNKNOWN

/** Names a place, such as `steps.x.output.y`. Equal places have equal names. */
export type PlaceName = string

export const literalOfNode = (node: Expression): Known => {
  if (node.kind === 'literal') return node.value
  if (node.kind !== 'unary' || node.operator !== '-' || node.operand.kind !== 'literal') return UNKNOWN
  return typeof node.operand.value === 'number' ? -node.operand.value : UNKNOWN
}

/** Undefined for an expression that is not a place: a literal, an operator, a call other than `orValue` of a literal. */
export const placeOfNode = (node: Expression): PlaceName | undefined => {
  if (node.kind === 'name') return node.name
  if (node.kind === 'field') {
    const object = placeOfNode(node.object)
    return object === undefined ? undefined : `${object}${node.optional ? '.?' : '.'}${node.name}`
  }
  const [substitute] = node.kind === 'call' ? node.args : []
  if (node.kind !== 'call' || node.name !== 'orValue' || node.receiver === undefined || substitute?.kind !== 'literal')
    return undefined
  const receiver = placeOfNode(node.receiver)
  return receiver === undefined ? undefined : `${receiver} or ${JSON.stringify(substitute.value)}`
}

export const evaluateKnown = (node: Expression, places: ReadonlyMap<PlaceName, Known>): Known => {
  const place = placeOfNode(node)
  if (place !== undefined) return places.get(place) ?? (places.has(place) ? null : UNKNOWN)
  switch (node.kind) {
    case 'literal':
      return node.value
    case 'unary':
      return evaluateUnary(node.operator, evaluateKnown(node.operand, places))
    case 'binary':
      return evaluateBinary(node, places)
    case 'conditional': {
      const test = evaluateKnown(node.test, places)
      const whenTrue = evaluateKnown(node.whenTrue, places)
      const whenFalse = evaluateKnown(node.whenFalse, places)
      if (typeof test === 'boolean') return test ? whenTrue : whenFalse
      return whenTrue === whenFalse ? whenTrue : UNKNOWN
    }
    default:
      return UNKNOWN
  }
}

const evaluateBinary = (
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  places: ReadonlyMap<PlaceName, Known>,
): Known => {
  const first = evaluateKnown(left, places)
  if (operator === 'in') return evaluateMembership(first, right, places)
  const second = evaluateKnown(right, places)
  // A side that decides an `&&` or `||` decides it from left and right: it outweighs a failure of the other.
  if (operator === '&&' || operator === '||') return decide(first, second, operator === '||')
  return first === UNKNOWN || second === UNKNOWN ? UNKNOWN : calculate(operator, first, second)
}

const evaluateUnary = (operator: '!' | '-', value: Known): Known => {
  if (operator === '!') return typeof value === 'boolean' ? !value : UNKNOWN
  return typeof value === 'number' ? -value : UNKNOWN
}

const decide = (first: Known, second: Known, decisive: boolean): Known => {
  if (first === decisive || second === decisive) return decisive
  return first === !decisive && second === !decisive ? !decisive : UNKNOWN
}

/** Asks the evaluator of runs, which fails on operands that do not fit. Quotients and joined texts count as unknown. */
const calculate = (operator: ValueOperator, first: Scalar, second: Scalar): Known => {
  if (operator === '/' || operator === '%' || (operator === '+' && typeof first === 'string')) return UNKNOWN
  try {
    const operands = { left: () => first, right: () => second, position: 0 }
    return OPERATORS[operator](operands)(new Evaluation(undefined, [])) as Scalar
  } catch (failure) {
    if (failure instanceof ExpressionFailure) return UNKNOWN
    throw failure
  }
}

const evaluateMembership = (item: Known, list: Expression, places: ReadonlyMap<PlaceName, Known>): Known => {
  if (list.kind !== 'list' || list.optional.size > 0) return UNKNOWN
  const items = partsOf(list).map((one) => evaluateKnown(one, places))
  if (item !== UNKNOWN && items.includes(item)) return true
  return item === UNKNOWN || items.includes(UNKNOWN) ? (items.length === 0 ? false : UNKNOWN) : false
}
