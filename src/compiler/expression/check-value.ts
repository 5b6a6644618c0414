/** The types of values in which strings may be or hold expressions, such as `with`, `prompt` and `output`. */
import type { ExpressionText, MapNode, ValueNode } from '../value-node.ts'
import { checkExpression } from './check-expression.ts'
import type { CheckedExpression, ExpressionNames } from './expression-names.ts'
import { describeType, type Field, listOfItems, literalOf, mayBeNull, NULL, STRING, type Type } from './type.ts'

/** Never throws. A map is a closed object, a mixed string a string whose parts must have a text. */
export const checkValue = (node: ValueNode, names: ExpressionNames): CheckedExpression => {
  const gathered: Gathered = { findings: [], reads: [] }
  const check: TypeOfText = (expression) => {
    const { type, findings, reads } = checkExpression(expression, names)
    gathered.findings.push(...findings)
    gathered.reads.push(...reads)
    return type
  }
  return { type: typeOfNode(node, check, gathered), ...gathered }
}

type TypeOfText = (expression: ExpressionText) => Type

type Gathered = Omit<CheckedExpression, 'type'>

const typeOfNode = (node: ValueNode, check: TypeOfText, all: Gathered): Type => {
  switch (node.kind) {
    case 'literal':
      return node.value === null ? NULL : literalOf(node.value)
    case 'expression':
      return check(node.expression)
    case 'template':
      for (const part of node.parts) if (typeof part !== 'string') checkPart(part, check(part), all)
      return STRING
    case 'list':
      return listOfItems(node.items.map((item) => typeOfNode(item, check, all)))
    case 'map':
      return typeOfMap(node, check, all)
  }
}

const typeOfMap = ({ entries }: MapNode, check: TypeOfText, all: Gathered): Type => {
  const fields = entries.map(({ key, value }): [string, Field] => [
    key.value,
    { type: typeOfNode(value, check, all), optional: false },
  ])
  return { kind: 'object', fields: new Map(fields) }
}

/** Checks a part of a longer text: all values but null have a text. */
const checkPart = ({ text, range }: ExpressionText, type: Type, { findings }: Gathered): void => {
  if (!mayBeNull(type)) return
  findings.push({
    code: 'possibly_null',
    range,
    message: `'${text.trim()}' is ${describeType(type)}: null has no text`,
    hint: `write ${text.trim()}.orValue('')`,
  })
}
