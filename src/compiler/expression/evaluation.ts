/**
 * One evaluation of one expression: the environment it reads, the variables of its macros, and the rest of its work budget.
 * The budget counts visits, never time, so that a replay on another machine decides alike.
 */
import type { JsonValue } from '../../core/json.ts'
import type { RegularExpression } from './regular-expression.ts'

/** Undefined is a missing value: only a chain with `.?` or `[?]` gives one, and only `orValue` and its like take it. */
export type Value = JsonValue | undefined

/** Thrown inside an evaluation and turned into a Fault at its border. Not an Error: it needs no stack, and is cheap. */
export class ExpressionFailure {
  readonly code: 'expression_failed' | 'unsafe_number'
  readonly reason: string
  /** Index into the expression's text; undefined: where the evaluation last noted its position. */
  readonly position: number | undefined

  constructor(reason: string, position?: number, code: ExpressionFailure['code'] = 'expression_failed') {
    this.code = code
    this.reason = reason
    this.position = position
  }
}

/** The budget is spent: ends the whole evaluation, so no operand outweighs it. */
class BudgetFailure extends ExpressionFailure {}

/** True for a failure that another operand of `&&` or `||`, or another item of `all` or `exists`, may outweigh. */
export const isAbsorbable = (error: unknown): error is ExpressionFailure =>
  error instanceof ExpressionFailure && !(error instanceof BudgetFailure)

export const fail = (reason: string, position?: number): never => {
  throw new ExpressionFailure(reason, position)
}

/** Refuses a number that is no longer the one that was written or counted. */
export const failUnsafe = (reason: string, position?: number): never => {
  throw new ExpressionFailure(reason, position, 'unsafe_number')
}

/** Element visits that one evaluation may spend. */
const WORK_BUDGET = 100_000

/** Elements that a result built by macros may have: without variables in it, a result can't be larger than text and data. */
export const RESULT_BUDGET = 1_000_000

/** Visits that reading or building a text of this length costs: one for each full KiB. */
export const textWork = (length: number): number => Math.floor(length / 1024)

/** The evaluation, as a function sees it. */
export interface Work {
  /** @throws ExpressionFailure when the budget is spent. */
  charge(visits: number): void
  /** Patterns that this evaluation has compiled and paid for, so that it compiles none twice. */
  readonly patterns: Map<string, RegularExpression>
}

export class Evaluation implements Work {
  readonly env: unknown
  readonly locals: Value[]
  /** Place of the current call: functions do not know their own. */
  position = 0
  readonly #budget: number
  #left: number
  #patterns: Map<string, RegularExpression> | undefined

  constructor(env: unknown, locals: Value[], budget: number = WORK_BUDGET) {
    this.env = env
    this.locals = locals
    this.#budget = budget
    this.#left = budget
  }

  charge(visits: number): void {
    this.#left -= visits
    if (this.#left < 0)
      throw new BudgetFailure(`it needs too much work: an expression may visit ${WORK_BUDGET} elements`)
  }

  /** Visits so far. */
  get spent(): number {
    return this.#budget - this.#left
  }

  get patterns(): Map<string, RegularExpression> {
    this.#patterns ??= new Map()
    return this.#patterns
  }
}

/** Charges for every element, field and text in a value, at any depth. */
export const chargeTree = (value: JsonValue, work: Work): void => {
  work.charge(typeof value === 'string' ? 1 + textWork(value.length) : 1)
  if (typeof value !== 'object' || value === null) return
  for (const item of Array.isArray(value) ? value : Object.values(value)) chargeTree(item, work)
}

/** Writes a value whose tree is charged as JSON, and charges the characters: names of fields and escapes are not in the tree. */
export const writeJson = (
  value: JsonValue,
  work: Work,
  write: (value: JsonValue) => string = JSON.stringify,
): string => {
  const text = write(value)
  work.charge(text.length >> 7)
  return text
}

/** Names the kind of a value, for messages. */
export const describeValue = (value: Value): string => {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return value.length > 40 ? 'a text' : `'${value}'`
  return String(value)
}
