import type { JsonValue } from '../../../core/json.ts'
import { joinLists } from '../../../core/value-size.ts'
import { isEqual } from '../equality.ts'
import { describeValue, type Evaluation, fail, failUnsafe, textWork } from '../evaluation.ts'
import type {
  BinaryExpression,
  BinaryOperator,
  ConditionalExpression,
  Expression,
  UnaryExpression,
} from '../expression.ts'
import { compareValues } from '../order.ts'
import { isAnywhere } from './absorb.ts'
import { type CompileContext, compileValueOf, type Run, type RunValue, shortText } from './context.ts'

export const compileUnary = (node: UnaryExpression, context: CompileContext): Run => {
  if (node.operator === '!') {
    const test = compileCondition(node.operand, context)
    return (evaluation) => !test(evaluation)
  }
  const operand = compileValueOf(node.operand, context)
  return (evaluation) => {
    const value = operand(evaluation)
    return typeof value === 'number' ? 0 - value : fail(`'-' takes a number, got ${describeValue(value)}`, node.start)
  }
}

/** A test: anything but a boolean is a failure. */
export const compileCondition = (node: Expression, context: CompileContext): ((evaluation: Evaluation) => boolean) => {
  const run = compileValueOf(node, context)
  const shown = shortText(node, context)
  return (evaluation) => {
    const value = run(evaluation)
    if (value === true || value === false) return value
    return fail(`${shown} is ${describeValue(value)}: expected true or false`, node.start)
  }
}

export const compileConditional = (node: ConditionalExpression, context: CompileContext): Run => {
  const test = compileCondition(node.test, context)
  const whenTrue = context.compile(node.whenTrue, context)
  const whenFalse = context.compile(node.whenFalse, context)
  return (evaluation) => (test(evaluation) ? whenTrue(evaluation) : whenFalse(evaluation))
}

export const compileBinary = (node: BinaryExpression, context: CompileContext): Run => {
  if (node.operator === '&&' || node.operator === '||') return compileLogical(node, context)
  const operands = {
    left: compileValueOf(node.left, context),
    right: compileValueOf(node.right, context),
    position: node.start,
  }
  return OPERATORS[node.operator](operands)
}

/** From left to right: the right side is evaluated if the left one doesn't decide. */
const compileLogical = (node: BinaryExpression, context: CompileContext): Run => {
  const left = compileCondition(node.left, context)
  const right = compileCondition(node.right, context)
  const isOr = node.operator === '||'
  if (context.absorbs) {
    const sides = [left, right]
    return (evaluation) => isAnywhere(isOr, sides, { test: (side) => side(evaluation), evaluation }) === isOr
  }
  return isOr
    ? (evaluation) => left(evaluation) || right(evaluation)
    : (evaluation) => left(evaluation) && right(evaluation)
}

interface Operands {
  left: RunValue
  right: RunValue
  position: number
}

const compileAdd =
  ({ left, right, position }: Operands): RunValue =>
  (evaluation) => {
    const a = left(evaluation)
    const b = right(evaluation)
    if (typeof a === 'number' && typeof b === 'number') return toExact(a + b, { a, b, position })
    if (typeof a === 'string' && typeof b === 'string') {
      evaluation.charge(textWork(a.length + b.length))
      return a + b
    }
    if (Array.isArray(a) && Array.isArray(b)) {
      evaluation.charge(a.length + b.length)
      return joinLists(a, b)
    }
    return failOperands('+', [a, b], position)
  }

const compileArithmetic =
  (operator: '-' | '*' | '/' | '%', calculate: (a: number, b: number) => number) =>
  ({ left, right, position }: Operands): RunValue =>
  (evaluation) => {
    const a = left(evaluation)
    const b = right(evaluation)
    if (typeof a !== 'number' || typeof b !== 'number') return failOperands(operator, [a, b], position)
    if (b === 0 && (operator === '/' || operator === '%')) return fail('division by zero', position)
    return isExact(operator) ? toExact(calculate(a, b), { a, b, position }) : toFinite(calculate(a, b), position)
  }

const compileOrder =
  (operator: '<' | '<=' | '>' | '>=', fits: (order: number) => boolean) =>
  ({ left, right, position }: Operands): RunValue =>
  (evaluation) => {
    const a = left(evaluation)
    const b = right(evaluation)
    if (typeof a === 'number' && typeof b === 'number') return fits(a - b)
    const order = compareValues(a, b, evaluation)
    return order === undefined ? failOperands(operator, [a, b], position) : fits(order)
  }

const compileEquality =
  (isEqualWanted: boolean) =>
  ({ left, right }: Operands): RunValue =>
  (evaluation) =>
    isEqual(left(evaluation), right(evaluation), evaluation) === isEqualWanted

const compileIn =
  ({ left, right, position }: Operands): RunValue =>
  (evaluation) => {
    const item = left(evaluation)
    const container = right(evaluation)
    if (Array.isArray(container)) return isAmong(item, container, evaluation)
    if (typeof container === 'object' && container !== null)
      return typeof item === 'string' && Object.hasOwn(container, item)
    return fail(`'in' takes a list or an object on its right, got ${describeValue(container)}`, position)
  }

const isAmong = (item: JsonValue, list: JsonValue[], evaluation: Evaluation): boolean => {
  for (let at = 0; at < list.length; at++) {
    if (isEqual(item, list[at] ?? null, evaluation)) {
      evaluation.charge(at)
      return true
    }
  }
  evaluation.charge(list.length)
  return false
}

/** Operators of which both sides are always evaluated. */
export type ValueOperator = Exclude<BinaryOperator, '&&' | '||'>

export const OPERATORS: Record<ValueOperator, (operands: Operands) => RunValue> = {
  '+': compileAdd,
  // Adding 0 turns -0 into 0: JSON has no -0.
  '-': compileArithmetic('-', (a, b) => a - b),
  '*': compileArithmetic('*', (a, b) => a * b + 0),
  '/': compileArithmetic('/', (a, b) => a / b + 0),
  '%': compileArithmetic('%', (a, b) => (a % b) + 0),
  '<': compileOrder('<', (order) => order < 0),
  '<=': compileOrder('<=', (order) => order <= 0),
  '>': compileOrder('>', (order) => order > 0),
  '>=': compileOrder('>=', (order) => order >= 0),
  '==': compileEquality(true),
  '!=': compileEquality(false),
  in: compileIn,
}

/** True for an operator that gives a whole number for whole numbers. */
const isExact = (operator: string): boolean => operator === '-' || operator === '*'

/** Beyond 2^53 a sum of whole numbers is the next number that a double can hold. */
const toExact = (value: number, { a, b, position }: { a: number; b: number; position: number }): number => {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value
  return Number.isInteger(a) && Number.isInteger(b) && Number.isFinite(value)
    ? failUnsafe(`the result lies beyond ${Number.MAX_SAFE_INTEGER} and would lose digits`, position)
    : toFinite(value, position)
}

const toFinite = (value: number, position: number): number =>
  Number.isFinite(value) ? value : fail('the result is too large for a number', position)

const failOperands = (operator: string, [a, b]: [JsonValue, JsonValue], position: number): never =>
  fail(`'${operator}' does not take ${describeValue(a)} and ${describeValue(b)}`, position)
