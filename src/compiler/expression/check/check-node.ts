import {
  type Expression,
  type HasExpression,
  type ListExpression,
  type MapExpression,
  toOptionalChain,
} from '../expression.ts'
import { BOOLEAN, type Field, listOfItems, literalOf, NULL, STRING, type Type, unionOf } from '../type.ts'
import { checkCall, checkMacro } from './check-call.ts'
import { checkField, checkIndex } from './check-field.ts'
import { checkName } from './check-name.ts'
import { checkBinary, checkConditional, checkUnary } from './check-operator.ts'
import { type CheckContext, checkExpected, checkPresent } from './context.ts'

const checkHas = ({ operand }: HasExpression, context: CheckContext): Type => {
  context.check(toOptionalChain(operand), context)
  return BOOLEAN
}

const checkList = ({ items }: ListExpression, context: CheckContext): Type =>
  listOfItems(items.map((item) => checkPresent(item, context)))

const checkMap = ({ entries }: MapExpression, context: CheckContext): Type => {
  const fields = new Map<string, Field>()
  const others: Type[] = []
  for (const { key, value } of entries) {
    const type = checkPresent(value, context)
    if (key.kind === 'literal' && typeof key.value === 'string') fields.set(key.value, { type, optional: false })
    else {
      checkExpected(key, { expected: STRING, taker: 'the key of an object is text' }, context)
      others.push(type)
    }
  }
  return { kind: 'object', fields, ...(others.length === 0 ? {} : { rest: unionOf(others) }) }
}

type Checks = { [K in Expression['kind']]: (node: Extract<Expression, { kind: K }>, context: CheckContext) => Type }

const CHECKS: Checks = {
  literal: ({ value }) => (value === null ? NULL : literalOf(value)),
  name: checkName,
  field: checkField,
  index: checkIndex,
  call: checkCall,
  macro: checkMacro,
  has: checkHas,
  unary: checkUnary,
  binary: checkBinary,
  conditional: checkConditional,
  list: checkList,
  map: checkMap,
}

/** Returns the type of a node, and reports all its problems to the context. */
export const checkNode = <K extends Expression['kind']>(
  node: Extract<Expression, { kind: K }>,
  context: CheckContext,
): Type => CHECKS[node.kind as K](node, context)
