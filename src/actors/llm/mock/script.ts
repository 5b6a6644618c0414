/**
 * Answers of `mock/script`: the n-th call of a step gets the n-th answer of `params.script`, and the last one answers all further calls.
 *
 * An answer is a text, or any other JSON value as a structured answer. A map with these keys alone directs the answer: `text` (JSON where
 * the step has `returns`) or `output`, `tool_calls`, `delay`, `fault`, `stream`, `usage`. In a step with `returns`, a map with `text` alone
 * is a structured answer. A structured answer with these keys goes under `output`.
 */
import { A_DURATION, parseDuration } from '../../../core/duration.ts'
import { Fault } from '../../../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import type { LlmInput } from '../../../core/llm.ts'
import { formatValue } from '../../../core/value-text.ts'
import type { MockAnswer } from './mock-answer.ts'

const DIRECTIVES = ['text', 'output', 'tool_calls', 'delay', 'fault', 'stream', 'usage']

/** Codes whose faults are retryable from real providers. A scripted fault has the same default. */
const RETRYABLE_CODES = ['timeout', 'rate_limited', 'unavailable', 'agent_lost', 'invalid_output']

/** @throws Fault `invalid_input` for a missing script, or a malformed answer in it */
export const answerByScript = ({ params, call, returns, tools }: LlmInput): MockAnswer => {
  const { script } = params
  if (!Array.isArray(script)) throw wrong('params.script', 'a list of answers', script)
  const index = Math.min(call, script.length - 1)
  const item = script[index]
  if (item === undefined) throw wrong('params.script', 'at least one answer', script)
  const place = `params.script[${index}]`
  if (!isDirective(item, returns !== undefined))
    return { content: toContent(item), toolCalls: [], delayMs: 0, streams: false }
  const answer = followDirective(item, place)
  if (answer.toolCalls.length > 0 && tools === undefined)
    throw wrong(`${place}.tool_calls`, "none, as the step has no 'tools'", item.tool_calls)
  return answer
}

const isDirective = (item: JsonValue, isStructured: boolean): item is JsonObject => {
  if (!isJsonObject(item)) return false
  const keys = Object.keys(item)
  const isTextAlone = keys.length === 1 && keys[0] === 'text'
  return keys.length > 0 && keys.every((key) => DIRECTIVES.includes(key)) && !(isStructured && isTextAlone)
}

const toContent = (value: JsonValue): MockAnswer['content'] =>
  typeof value === 'string' ? { kind: 'text', text: value } : { kind: 'value', value }

const followDirective = (item: JsonObject, place: string): MockAnswer => {
  const chunks = readChunks(item.stream, `${place}.stream`)
  return {
    content: readContent(item, { place, chunks }),
    toolCalls: readToolCalls(item.tool_calls, `${place}.tool_calls`),
    delayMs: readDelay(item.delay, `${place}.delay`),
    streams: item.stream === true,
    ...(chunks !== undefined && { chunks }),
    ...(item.fault !== undefined && { fault: readFault(item.fault, `${place}.fault`) }),
    ...(item.usage !== undefined && { usage: readUsage(item.usage, `${place}.usage`) }),
  }
}

const readContent = (
  item: JsonObject,
  { place, chunks }: { place: string; chunks: readonly string[] | undefined },
): MockAnswer['content'] => {
  const { text, output } = item
  if (text !== undefined && output !== undefined) throw wrong(place, "one of 'text' and 'output'", item)
  if (output !== undefined) return { kind: 'value', value: output }
  if (text !== undefined && typeof text !== 'string') throw wrong(`${place}.text`, 'a text', text)
  return { kind: 'text', text: text ?? chunks?.join('') ?? '' }
}

const readToolCalls = (calls: JsonValue | undefined, place: string): MockAnswer['toolCalls'] => {
  if (calls === undefined) return []
  if (!Array.isArray(calls)) throw wrong(place, 'a list of { name, arguments }', calls)
  return calls.map((call, index) => {
    if (!isJsonObject(call) || typeof call.name !== 'string')
      throw wrong(`${place}[${index}]`, 'a map with name and arguments', call)
    const { name, arguments: given = {}, ...others } = call
    const [unknown] = Object.keys(others)
    if (unknown !== undefined) throw wrong(`${place}[${index}].${unknown}`, 'name and arguments alone', call)
    return { name, arguments: typeof given === 'string' ? given : JSON.stringify(given) }
  })
}

const readChunks = (stream: JsonValue | undefined, place: string): readonly string[] | undefined => {
  if (stream === undefined || typeof stream === 'boolean') return undefined
  if (Array.isArray(stream) && stream.every((chunk) => typeof chunk === 'string')) return stream
  throw wrong(place, 'true, false or a list of texts', stream)
}

const readDelay = (delay: JsonValue | undefined, place: string): number => {
  if (delay === undefined) return 0
  const delayMs = typeof delay === 'string' ? parseDuration(delay) : undefined
  if (delayMs === undefined) throw wrong(place, A_DURATION, delay)
  return delayMs
}

const readFault = (fault: JsonValue, place: string): Fault => {
  if (typeof fault === 'string') return readFault({ code: fault }, place)
  if (!isJsonObject(fault) || typeof fault.code !== 'string')
    throw wrong(place, 'a fault code, or a map with a code', fault)
  const { code, message = 'as the script says', retryable = RETRYABLE_CODES.includes(code), retry_after } = fault
  if (typeof message !== 'string') throw wrong(`${place}.message`, 'a text', message)
  if (typeof retryable !== 'boolean') throw wrong(`${place}.retryable`, 'true or false', retryable)
  const details = retry_after === undefined ? {} : { retry_after_ms: readDelay(retry_after, `${place}.retry_after`) }
  return new Fault(code, message, { retryable, details })
}

const readUsage = (usage: JsonValue, place: string): NonNullable<MockAnswer['usage']> => {
  const isCount = (count: JsonValue | undefined): boolean => Number.isSafeInteger(count) && Number(count) >= 0
  const names = ['input_tokens', 'output_tokens']
  if (isJsonObject(usage) && Object.entries(usage).every(([name, count]) => names.includes(name) && isCount(count)))
    return usage
  throw wrong(place, 'input_tokens and output_tokens, whole numbers', usage)
}

const wrong = (place: string, rule: string, got: JsonValue | undefined): Fault =>
  new Fault('invalid_input', `'${place}' is wrong: expected ${rule}, got ${formatValue(got)}`)
