/** Finds reads of a value without a schema, such as the data of an event: the fields, and the values they are compared with. */
import { type BinaryOperator, type Expression, partsOf } from '../../compiler/expression/expression.ts'
import { parseExpression } from '../../compiler/expression/parse-expression.ts'
import type { JsonValue } from '../../core/json.ts'

export interface Mention {
  /** Path of fields from the value inwards; empty: the value itself. */
  path: readonly string[]
  /** Values that give a condition one result, the first as written, and the other result. */
  values: readonly JsonValue[]
  /** Texts of expressions that it is compared with and that are not literals. */
  peers: readonly string[]
}

/** Finds the reads in `text` of the value that `root` names, such as `event.data` or `steps.paid.output`. */
export const findMentions = (text: string, root: string): Mention[] => {
  const parsed = parseExpression(text)
  return parsed.ok ? mentionsIn(parsed.ast, { text, root: root.split('.') }) : []
}

interface Search {
  text: string
  root: readonly string[]
}

const mentionsIn = (node: Expression, search: Search): Mention[] => {
  if (node.kind === 'binary') {
    const [left, right] = [pathFrom(node.left, search), pathFrom(node.right, search)]
    if (left !== undefined)
      return [toMention(left, { ...node, other: node.right }, search), ...mentionsIn(node.right, search)]
    if (right !== undefined) {
      const operator = TURNED[node.operator] ?? node.operator
      return [toMention(right, { operator, other: node.left }, search), ...mentionsIn(node.left, search)]
    }
  }
  const path = pathFrom(node, search)
  if (path !== undefined) return [{ path, values: [], peers: [] }]
  if (node.kind === 'unary' || node.kind === 'conditional') {
    const condition = node.kind === 'unary' ? node.operand : node.test
    const decided = pathFrom(condition, search)
    if (decided !== undefined) return [{ path: decided, values: [true, false], peers: [] }]
  }
  return partsOf(node).flatMap((part) => mentionsIn(part, search))
}

/** Returns the same comparison with its sides swapped. */
const TURNED: Partial<Record<BinaryOperator, BinaryOperator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

const toMention = (
  path: string[],
  { operator, other }: { operator: BinaryOperator; other: Expression },
  { text }: Search,
): Mention => {
  if (other.kind !== 'literal') return { path, values: [], peers: [text.slice(other.start, other.end)] }
  return { path, values: sortBy(operator, other.value), peers: [] }
}

/** Returns the value and others of its type; those first for which the comparison holds. */
const sortBy = (operator: BinaryOperator, value: JsonValue): JsonValue[] => {
  const others = othersThan(value)
  if (operator === '<') return others.reverse().concat([value])
  return operator === '>' || operator === '!=' ? [...others, value] : [value, ...others]
}

const othersThan = (value: JsonValue): JsonValue[] => {
  if (typeof value === 'number') return [value + 1, value - 1]
  if (typeof value === 'string') return [`no ${value}`]
  return typeof value === 'boolean' ? [!value] : []
}

/** Returns the fields of a chain such as `steps.?paid.?output.amount`, from the root on; undefined if the root is another. */
const pathFrom = (node: Expression, { root }: Search): string[] | undefined => {
  const names = namesOf(node)
  return names !== undefined && root.every((name, index) => names[index] === name)
    ? names.slice(root.length)
    : undefined
}

const namesOf = (node: Expression): string[] | undefined => {
  if (node.kind === 'name') return [node.name]
  if (node.kind === 'call') return node.name === 'orValue' && node.receiver ? namesOf(node.receiver) : undefined
  if (node.kind !== 'field') return undefined
  const around = namesOf(node.object)
  return around && [...around, node.name]
}
