/**
 * Evaluates JSONata within bounds, as it runs in this process.
 *
 * 1. Time: JSONata checks it at every node. The evaluation yields to the event loop each 10 ms, so that an abort is seen.
 * 2. Depth of calls and length of sequences: options of JSONata.
 * 3. Size: every value is weighed when it is made (value-weight.ts).
 * 4. Regular expressions are RE2. Two functions whose cost depends on an argument are replaced (costly-functions.ts).
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import jsonata from 'jsonata'
import type { Actor, ActorContext } from '../../../core/actor.ts'
import { Cancelled } from '../../../core/cancelled.ts'
import { Fault, isFault } from '../../../core/fault.ts'
import type { JsonValue } from '../../../core/json.ts'
import { defineTool } from '../define-tool.ts'
import { parseJson } from '../parse-json.ts'
import type { ToolOptions } from '../tool-options.ts'
import { replaceCostlyFunctions } from './costly-functions.ts'
import { JSON_QUERY } from './json-query-description.ts'
import { LinearRegularExpression } from './linear-regular-expression.ts'
import { isLambda, ValueWeights } from './value-weight.ts'

const LONGEST_QUERY = 20_000
const MAX_TIME_MS = 5000
const MAX_DEPTH = 400
const MAX_SEQUENCE = 1_000_000
const TURN_MS = 10

/** JSONata calls the function that is bound to this name after each node: `(expression, input, environment, result)`. */
const AFTER_NODE = Symbol.for('jsonata.__evaluate_exit')

type QueryInput = { query: string; data: JsonValue }

export const createQueryTool = ({ now }: ToolOptions): Actor =>
  defineTool(JSON_QUERY, async ({ query, data }: QueryInput, context) => {
    const timeMs = Math.max(1, Math.min(MAX_TIME_MS, context.deadline - now()))
    const expression = prepare(query, { timeMs, signal: context.signal, data })
    try {
      return { value: toPlain(await expression.evaluate(data)) }
    } catch (error) {
      throw toQueryFault(error, { context, timeMs })
    }
  })

const prepare = (
  query: string,
  { timeMs, signal, data }: { timeMs: number; signal: AbortSignal; data: JsonValue },
): jsonata.Expression => {
  const expression = parse(query, timeMs)
  const weights = new ValueWeights()
  weights.check(data)
  // The types of `assign` know no symbols.
  Reflect.apply(expression.assign, expression, [AFTER_NODE, createWatch(signal, weights)])
  replaceCostlyFunctions(expression, weights)
  return expression
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

/** Yields to the event loop when a turn is due. The microtasks of an evaluation would let no other work run. */
const createWatch = (signal: AbortSignal, weights: ValueWeights) => {
  let turnAt = performance.now() + TURN_MS
  return async (_expression: unknown, _input: unknown, _environment: unknown, result: unknown): Promise<void> => {
    weights.check(result)
    if (performance.now() < turnAt) return
    await nextTurn()
    if (signal.aborted) throw new Cancelled()
    turnAt = performance.now() + TURN_MS
  }
}

/** Removes the marks of JSONata's lists, and functions among the values, as JSON has neither. */
const toPlain = (value: unknown): JsonValue => {
  const text = JSON.stringify(value, (_, item) => (isFunction(item) ? null : item))
  return text === undefined ? null : parseJson(text, 'query')
}

const isFunction = (value: unknown): boolean =>
  typeof value === 'function' ||
  (typeof value === 'object' && value !== null && (isLambda(value) || '_jsonata_function' in value))

const toQueryFault = (error: unknown, { context, timeMs }: { context: ActorContext; timeMs: number }): Error => {
  if (context.signal.aborted) return new Cancelled()
  if (isFault(error)) return error
  const { code, position, error: inner } = error as jsonata.JsonataError & { error?: unknown }
  if (isFault(inner)) return inner
  const details = position === undefined ? {} : { position }
  if (code === 'D1012')
    return new Fault('timeout', `'query' runs longer than ${Math.round(timeMs)} ms`, { cause: error })
  if (code === 'D1011' || code === 'D2014' || code === 'D2015' || error instanceof RangeError)
    return new Fault('too_large', `'query' exceeds its bounds: ${messageOf(error)}`, { details, cause: error })
  const place = position === undefined ? '' : ` at character ${position}`
  return new Fault('tool_failed', `'query' failed${place}: ${messageOf(error)}`, { details, cause: error })
}

/** JSONata throws plain objects. */
const messageOf = (error: unknown): string => {
  const { message, code } = error as { message?: string; code?: string }
  return message || code || String(error)
}
