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

/** Returns the type of a node, and reports all its problems to the context. */
export const checkNode = (node: Expression, context: CheckContext): Type => {
  switch (node.kind) {
    case 'literal':
      return node.value === null ? NULL : literalOf(node.value)
    case 'name':
      return checkName(node, context)
    case 'field':
      return checkField(node, context)
    case 'index':
      return checkIndex(node, context)
    case 'call':
      return checkCall(node, context)
    case 'macro':
      return checkMacro(node, context)
    case 'has':
      return checkHas(node, context)
    case 'unary':
      return checkUnary(node, context)
    case 'binary':
      return checkBinary(node, context)
    case 'conditional':
      return checkConditional(node, context)
    case 'list':
      return checkList(node, context)
    case 'map':
      return checkMap(node, context)
  }
}

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
