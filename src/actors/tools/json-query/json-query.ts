/**
 * JSONata with bounds. It runs in this process, so each bound is ours to keep:
 *
 * - time: its own check at every node, and a turn of the event loop each 10 ms, in which the signal is heard;
 * - depth of calls and length of sequences: its own options;
 * - size: every value is weighed as it comes about (value-weight.ts);
 * - regular expressions: RE2; the two functions whose cost is hidden in an argument are replaced (costly-functions.ts).
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

/** JSONata calls what is bound to this name after each node: `(expression, input, environment, result)`. */
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
  const bind = (name: symbol, value: unknown): void => expression.assign(name as unknown as string, value)
  bind(AFTER_NODE, createWatch(signal, weights))
  replaceCostlyFunctions(expression, weights)
  return expression
}

const parse = (query: string, timeMs: number): jsonata.Expression => {
  if (query.length > LONGEST_QUERY)
    throw new Fault('too_large', `'query' has ${query.length} characters: expected at most ${LONGEST_QUERY}`)
  try {
    return jsonata(query, {
      RegexEngine: LinearRegularExpression as unknown as RegExpConstructor,
      timeout: timeMs,
      stack: MAX_DEPTH,
      sequence: MAX_SEQUENCE,
    })
  } catch (cause) {
    const { position } = cause as jsonata.JsonataError
    const place = position === undefined ? '' : ` at character ${position}`
    throw new Fault('invalid_input', `'query' is no JSONata${place}: ${messageOf(cause)}`, { cause })
  }
}

/** Gives the event loop a turn whenever one is due: the microtasks of an evaluation alone would let nobody else run. */
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

/** JSONata's lists carry marks of its own, and functions may be among the values: JSON knows neither. */
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
