/**
 * Finds conditions that can hold together. The table has a row for each combination of values that their places (`input.x`,
 * `steps.y.output.z`) can have by their types. It lists enumerations, booleans and null; one value for each interval between
 * the literals represents a number or a text that is only compared with literals. All other values are unknown. An unknown
 * part makes a condition unknown only where it decides. So a statement of the table about a condition is true of every run.
 */
import type { ExpressionText } from '../value-node.ts'
import { checkExpression } from './check-expression.ts'
import { type Expression, partsOf } from './expression.ts'
import type { ExpressionNames } from './expression-names.ts'
import { evaluateKnown, type Known, literalOfNode, type PlaceName, placeOfNode, UNKNOWN } from './known-value.ts'
import { parseExpression } from './parse-expression.ts'
import { membersOf, type Type } from './type.ts'

export type Truth = boolean | 'unknown'

export interface TableOptions {
  names: ExpressionNames
  /** `iter.count` is one of the whole numbers from the first to the second. */
  iterations?: readonly [number, number]
}

/** One row for each combination, one truth for each condition; undefined stands for an `else`, which always holds. */
export const tabulate = (conditions: readonly (ExpressionText | undefined)[], options: TableOptions): Truth[][] => {
  const parsed = conditions.map((condition) => (condition === undefined ? undefined : parse(condition)))
  const uses = new Map<PlaceName, Use>()
  for (const one of parsed) if (one?.ast !== undefined) collectUses(one.ast, { text: one.condition, uses })
  const values = new Map([...uses].map(([place, use]) => [place, valuesOf(place, use, options)]))
  return combine(values).map((known) =>
    parsed.map((one) =>
      one === undefined ? true : one.ast === undefined ? 'unknown' : toTruth(evaluateKnown(one.ast, known)),
    ),
  )
}

const parse = (condition: ExpressionText): { condition: ExpressionText; ast: Expression | undefined } => {
  const parsed = parseExpression(condition.text)
  return { condition, ast: parsed.ok ? parsed.ast : undefined }
}

const toTruth = (value: Known): Truth => (typeof value === 'boolean' ? value : 'unknown')

interface Use {
  text: string
  literals: Set<string | number | boolean | null>
  /** The place is only compared with literals. */
  isCompared: boolean
  isOrdered: boolean
}

const ORDERS: readonly string[] = ['<', '<=', '>', '>=']
const COMPARISONS: readonly string[] = ['==', '!=', ...ORDERS]

const collectUses = (node: Expression, context: { text: ExpressionText; uses: Map<PlaceName, Use> }): void => {
  const place = placeOfNode(node)
  if (place !== undefined) {
    useOf(place, node, context).isCompared = false
    return
  }
  if (node.kind === 'binary' && (COMPARISONS.includes(node.operator) || node.operator === 'in')) {
    if (collectComparison(node, context)) return
  }
  if (node.kind === 'macro' || node.kind === 'bind' || node.kind === 'has') return
  for (const part of partsOf(node)) collectUses(part, context)
}

/** False where it is none of a place with literals. */
const collectComparison = (
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  context: { text: ExpressionText; uses: Map<PlaceName, Use> },
): boolean => {
  const [place, other] = placeOfNode(left) === undefined ? [right, left] : [left, right]
  const name = placeOfNode(place)
  if (name === undefined || (operator === 'in' && place !== left)) return false
  const literals = operator === 'in' && other.kind === 'list' ? other.items.map(literalOfNode) : [literalOfNode(other)]
  if (literals.includes(UNKNOWN)) return false
  const use = useOf(name, place, context)
  for (const literal of literals) use.literals.add(literal as string | number | boolean | null)
  use.isOrdered ||= ORDERS.includes(operator)
  return true
}

const useOf = (
  place: PlaceName,
  { start, end }: Expression,
  { text, uses }: { text: ExpressionText; uses: Map<PlaceName, Use> },
): Use => {
  const known = uses.get(place)
  if (known !== undefined) return known
  const use = { text: text.text.slice(start, end), literals: new Set<never>(), isCompared: true, isOrdered: false }
  uses.set(place, use)
  return use
}

/** Represents a text that differs from all that it is compared with. */
const OTHER_TEXT = '\u0000'

const valuesOf = (place: PlaceName, use: Use, { names, iterations }: TableOptions): Known[] => {
  const range = { start: 0, end: 0 }
  const { type } = checkExpression({ text: use.text, range, toOffset: (index) => index }, names)
  const numbers = [...use.literals].filter((literal) => typeof literal === 'number')
  if (place === 'iter.count' && iterations !== undefined && use.isCompared) return wholeStretches(numbers, iterations)
  const members = type.kind === 'optional' ? [] : membersOf(type)
  const values = members.flatMap((member) => valuesOfMember(member, { use, numbers }))
  return values.length === 0 ? [UNKNOWN] : [...new Set(values)]
}

const valuesOfMember = (member: Type, { use, numbers }: { use: Use; numbers: number[] }): Known[] => {
  switch (member.kind) {
    case 'literal':
      return [member.value]
    case 'boolean':
      return [true, false]
    case 'null':
      return [null]
    case 'number':
      return use.isCompared ? stretches(numbers) : [UNKNOWN]
    case 'string': {
      const texts = [...use.literals].filter((literal) => typeof literal === 'string')
      return use.isCompared && !use.isOrdered ? [...texts, OTHER_TEXT] : [UNKNOWN]
    }
    default:
      return [UNKNOWN]
  }
}

/** The given numbers, and one number for each interval between them. */
const stretches = (numbers: readonly number[]): number[] => {
  const sorted = [...new Set(numbers)].sort((one, other) => one - other)
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (first === undefined || last === undefined) return [0]
  return [first - 1, ...sorted.flatMap((one, index) => [one, (one + (sorted[index + 1] ?? one)) / 2]), last + 1]
}

const wholeStretches = (numbers: readonly number[], [from, to]: readonly [number, number]): number[] => {
  const near = numbers.flatMap((one) => [Math.floor(one) - 1, Math.floor(one), Math.ceil(one), Math.ceil(one) + 1])
  return [...new Set([from, to, ...near.filter((one) => one >= from && one <= to)])]
}

/** Above this many combinations, the places with the most values count as unknown. */
const MOST_ROWS = 2_048

const combine = (values: Map<PlaceName, Known[]>): ReadonlyMap<PlaceName, Known>[] => {
  const rows = (): number => [...values.values()].reduce((product, { length }) => product * length, 1)
  while (rows() > MOST_ROWS) {
    const [widest] = [...values].reduce((most, one) => (one[1].length > most[1].length ? one : most))
    values.set(widest, [UNKNOWN])
  }
  let combined: Map<PlaceName, Known>[] = [new Map()]
  for (const [place, choices] of values)
    combined = combined.flatMap((row) => choices.map((value) => new Map([...row, [place, value]])))
  return combined
}
