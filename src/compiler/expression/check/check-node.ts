import {
  type Expression,
  type HasExpression,
  type ListExpression,
  type MapExpression,
  type NameExpression,
  toOptionalChain,
} from '../expression.ts'
import {
  ANY,
  BOOLEAN,
  type Field,
  listOf,
  listOfItems,
  literalOf,
  NULL,
  quoteText,
  STRING,
  type Type,
  unionOf,
  unwrap,
} from '../type.ts'
import { checkCall } from './check-call.ts'
import { checkField, checkIndex } from './check-field.ts'
import { checkBind, checkMacro } from './check-macro.ts'
import { checkName } from './check-name.ts'
import { checkBinary, checkConditional, checkUnary } from './check-operator.ts'
import { type CheckContext, checkExpected, checkPresent, textOf } from './context.ts'

const checkHas = ({ operand }: HasExpression, context: CheckContext): Type => {
  context.check(toOptionalChain(operand), context)
  return BOOLEAN
}

const checkList = ({ items, optional }: ListExpression, context: CheckContext): Type => {
  const types = items.map((item) => (optional.has(item) ? checkEntry(item, context) : checkPresent(item, context)))
  return optional.size === 0 ? listOfItems(types) : listOf(unionOf(types))
}

/** An entry behind `?`: its value may be missing. */
const checkEntry = (node: Expression, context: CheckContext): Type => {
  const type = context.check(node, context)
  if (type.kind === 'secret') return ANY
  if (type.kind !== 'optional' && type.kind !== 'any' && type.kind !== 'never')
    context.report('type_mismatch', node, {
      message: `'${textOf(node, context)}' is never missing: expected a value with .? or [?] behind '?'`,
      hint: "leave out the '?' before the entry",
    })
  return unwrap(type)
}

const checkMap = ({ entries }: MapExpression, context: CheckContext): Type => {
  const fields = new Map<string, Field>()
  const others: Type[] = []
  for (const { key, value, optional } of entries) {
    const type = optional ? checkEntry(value, context) : checkPresent(value, context)
    if (key.kind === 'literal' && typeof key.value === 'string') {
      if (fields.has(key.value))
        context.report('duplicate_key', key, { message: `the object has the key ${textOf(key, context)} twice` })
      fields.set(key.value, { type, optional })
    } else if (isBareKey(key, context)) {
      fields.set(key.name, { type, optional })
      const quoted = quoteText(key.name)
      const message = `'${key.name}' is not known here: expected the key of an object as text`
      context.report('unknown_name', key, { message, hint: { hint: `write ${quoted}`, span: key, text: quoted } })
    } else {
      checkExpected(key, { expected: STRING, taker: 'the key of an object is text' }, context)
      others.push(type)
    }
  }
  return { kind: 'object', fields, ...(others.length === 0 ? {} : { rest: unionOf(others) }) }
}

/** A word without quotes, as JavaScript writes keys, and not a name that has a value. */
const isBareKey = (key: Expression, { names, locals }: CheckContext): key is NameExpression =>
  key.kind === 'name' && !locals.has(key.name) && names.root(key.name) === undefined && key.name !== 'steps'

type Checks = { [K in Expression['kind']]: (node: Extract<Expression, { kind: K }>, context: CheckContext) => Type }

const CHECKS: Checks = {
  literal: ({ value }) => (value === null ? NULL : literalOf(value)),
  name: checkName,
  field: checkField,
  index: checkIndex,
  call: checkCall,
  macro: checkMacro,
  bind: checkBind,
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
