/**
 * Evaluates JSONata in a worker process, which bounds its time and memory from outside (worker-pool/). What is known inside is refused
 * here, by better messages, and without the end of the worker:
 *
 * 1. Time: JSONata checks it at every node. The evaluation yields to the event loop each 10 ms, so that the worker sees the end of the
 *    process that it works for.
 * 2. Depth of calls and length of sequences: options of JSONata.
 * 3. Size: every value is weighed when it is made (value-weight.ts).
 * 4. Regular expressions are RE2. Functions whose cost depends on an argument are replaced (costly-functions.ts).
 * 5. `$eval` is off, unless the project allows it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import jsonata from 'jsonata'
import { Fault, isFault } from '../../../core/fault.ts'
import type { JsonValue } from '../../../core/json.ts'
import type { PerformTask } from '../../worker-pool/worker-task.ts'
import { parseJson } from '../parse-json.ts'
import { replaceCostlyFunctions } from './costly-functions.ts'
import { LinearRegularExpression } from './linear-regular-expression.ts'
import { QUERY_ADVICE } from './query-advice.ts'
import { isLambda, ValueWeights } from './value-weight.ts'

const LONGEST_QUERY = 20_000
const MAX_DEPTH = 400
const MAX_SEQUENCE = 1_000_000
const TURN_MS = 10

/** JSONata calls the function that is bound to this name after each node: `(expression, input, environment, result)`. */
const AFTER_NODE = Symbol.for('jsonata.__evaluate_exit')

interface Query {
  query: string
  data: JsonValue
  timeMs: number
  /** True: `$eval` is on. */
  eval: boolean
}

export const performQuery: PerformTask = async (params, body) => {
  const { query, timeMs, eval: mayEvaluate } = params
  const data: JsonValue = JSON.parse(body.toString('utf8'))
  const question = { query: String(query), data, timeMs: Number(timeMs), eval: mayEvaluate === true }
  const expression = prepare(question)
  try {
    return toJsonText(await expression.evaluate(data))
  } catch (error) {
    throw toQueryFault(error, question)
  }
}

const prepare = ({ query, timeMs, data, eval: mayEvaluate }: Query): jsonata.Expression => {
  const expression = parse(query, timeMs)
  const weights = new ValueWeights()
  weights.check(data)
  // The types of `assign` know no symbols.
  Reflect.apply(expression.assign, expression, [AFTER_NODE, createWatch(weights)])
  replaceCostlyFunctions(expression, weights)
  if (!mayEvaluate) expression.registerFunction('eval', refuseEval)
  return expression
}

const refuseEval = (): never => {
  throw new Fault(
    'invalid_input',
    "'query' calls $eval, which runs text as a query, and is off\nwrite that query itself, or allow it in troupe.config.yaml: json: { eval: true }",
  )
}

/** Constructs linear expressions under the type of `RegExp`. */
const REGEX_ENGINE = new Proxy(RegExp, { construct: (_, [literal]) => new LinearRegularExpression(literal) })

const parse = (query: string, timeMs: number): jsonata.Expression => {
  if (query.length > LONGEST_QUERY)
    throw new Fault('too_large', `'query' has ${query.length} characters: expected at most ${LONGEST_QUERY}`)
  try {
    return jsonata(query, {
      RegexEngine: REGEX_ENGINE,
      timeout: timeMs,
      stack: MAX_DEPTH,
      sequence: MAX_SEQUENCE,
    })
  } catch (cause) {
    const { position } = cause as jsonata.JsonataError
    const place = position === undefined ? '' : ` at character ${position}`
    throw new Fault('invalid_input', `'query' is not JSONata${place}: ${messageOf(cause)}`, { cause })
  }
}

/** Yields to the event loop when a turn is due. The microtasks of an evaluation would let no event in. */
const createWatch = (weights: ValueWeights) => {
  let turnAt = performance.now() + TURN_MS
  return async (_expression: unknown, _input: unknown, _environment: unknown, result: unknown): Promise<void> => {
    weights.check(result)
    if (performance.now() < turnAt) return
    await nextTurn()
    turnAt = performance.now() + TURN_MS
  }
}

/** Removes the marks of JSONata's lists, and functions among the values, as JSON has neither. */
const toJsonText = (value: unknown): string => {
  const text = JSON.stringify(value, (_, item) => (isFunction(item) ? null : item)) ?? 'null'
  parseJson(text, 'query')
  return text
}

const isFunction = (value: unknown): boolean =>
  typeof value === 'function' ||
  (typeof value === 'object' && value !== null && (isLambda(value) || '_jsonata_function' in value))

const toQueryFault = (thrown: unknown, { timeMs }: Query): Error => {
  const error = innermost(thrown)
  if (isFault(error)) return error
  const { code, position } = error as jsonata.JsonataError
  const details = position === undefined ? {} : { position }
  if (code === 'D1012')
    return new Fault('timeout', `'query' runs longer than ${Math.round(timeMs)} ms: ${QUERY_ADVICE}`, { cause: error })
  if (code === 'D1011' || code === 'D2014' || code === 'D2015' || error instanceof RangeError)
    return new Fault('too_large', `'query' exceeds its bounds: ${messageOf(error)}`, { details, cause: error })
  const place = position === undefined ? '' : ` at character ${position}`
  return new Fault('tool_failed', `'query' failed${place}: ${messageOf(error)}`, { details, cause: error })
}

/** The errors of `$eval` and of functions hold the one that was thrown first. */
const innermost = (error: unknown): unknown => {
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (isFault(error) || typeof error !== 'object' || error === null || !('error' in error)) return error
    error = error.error
  }
  return error
}

/** JSONata throws plain objects. */
const messageOf = (error: unknown): string => {
  const { message, code } = error as { message?: string; code?: string }
  return message || code || String(error)
}
