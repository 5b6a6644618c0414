/**
 * The mock models, for workflows that run offline and for tests: `mock/echo` answers with its prompt, `mock/script` with the items of a
 * list. The same input gives the same output and usage on every machine.
 */
import type { Usage } from '../../../core/actor.ts'
import { Cancelled } from '../../../core/cancelled.ts'
import type { Clock } from '../../../core/clock.ts'
import { Fault, isFault } from '../../../core/fault.ts'
import { parseFiniteJson } from '../../../core/finite-json.ts'
import type { JsonValue } from '../../../core/json.ts'
import {
  describeProvider,
  LLM_INPUT_SCHEMA,
  type LlmActor,
  type LlmInput,
  type LlmTurn,
  toModelName,
} from '../../../core/llm.ts'
import { createInstance } from '../../../core/schema-instance/schema-instance.ts'
import { findInputProblem } from '../../tools/input-check.ts'
import type { MockAnswer } from './mock-answer.ts'
import { answerByScript } from './script.ts'

export const createMockProvider = ({ clock }: { clock: Clock }): LlmActor => ({
  ...describeProvider('mock', 'Answers without a model: mock/echo repeats the prompt, mock/script follows a list.'),
  async perform(input, context) {
    if (context.signal.aborted) throw new Cancelled()
    const problem = findInputProblem(LLM_INPUT_SCHEMA, input)
    if (problem !== undefined) throw new Fault('invalid_input', `the input of the model is wrong: ${problem}`)
    const answer = findAnswer(input)
    if (answer.delayMs > 0) await pause(answer.delayMs, { clock, signal: context.signal })
    if (answer.fault !== undefined) {
      if (answer.usage !== undefined) context.usage(toUsage(input, answer))
      throw answer.fault
    }
    for (const text of findChunks(input, answer)) context.progress({ kind: 'text', text })
    context.usage(toUsage(input, answer))
    return input.tools === undefined ? toOutput(input, answer) : toTurn(input, answer)
  },
})

const findAnswer = (input: LlmInput): MockAnswer => {
  const name = toModelName(input.model)
  if (name === 'echo') return answerByEcho(input)
  if (name === 'script') return answerByScript(input)
  throw new Fault('not_found', `'${input.model}' is not a mock model: expected mock/echo or mock/script`)
}

/** Answers with the last user message; with `returns`, with the instance that `createInstance` makes of that message. */
const answerByEcho = ({ messages, returns }: LlmInput): MockAnswer => {
  const text = messages.findLast(({ role }) => role === 'user')?.content ?? ''
  const content =
    returns === undefined
      ? ({ kind: 'text', text } as const)
      : ({ kind: 'value', value: createInstance(returns, text) } as const)
  return { content, toolCalls: [], delayMs: 0, streams: false }
}

/** @throws Cancelled as soon as the signal is aborted. */
const pause = (delayMs: number, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<void> =>
  new Promise((resolve, reject) => {
    const callOff = clock.wakeAt(clock.now() + delayMs, () => {
      signal.removeEventListener('abort', cancel)
      resolve()
    })
    const cancel = (): void => {
      callOff()
      reject(new Cancelled())
    }
    signal.addEventListener('abort', cancel, { once: true })
  })

const findChunks = (input: LlmInput, answer: MockAnswer): readonly string[] => {
  if (answer.chunks !== undefined) return answer.chunks
  // Blanks stay with the word behind them, so that the pieces make up the whole.
  return input.stream === true || answer.streams ? (toText(answer).match(/\s*\S+|\s+$/g) ?? []) : []
}

const toText = ({ content }: MockAnswer): string =>
  content.kind === 'text' ? content.text : JSON.stringify(content.value)

const toOutput = (input: LlmInput, answer: MockAnswer): JsonValue => {
  const { content } = answer
  if (input.returns === undefined) return { text: toText(answer) }
  if (content.kind === 'value') return content.value
  try {
    return parseFiniteJson(content.text)
  } catch (cause) {
    if (isFault(cause)) throw new Fault(cause.code, `in the answer of '${input.model}' ${cause.message}`, { cause })
    const message = `the answer of '${input.model}' is not JSON: expected an instance of 'returns', got ${JSON.stringify(content.text.slice(0, 80))}`
    throw new Fault('invalid_output', message, { retryable: true, cause })
  }
}

const toTurn = (input: LlmInput, answer: MockAnswer): LlmTurn => {
  const text = toText(answer)
  const tool_calls = answer.toolCalls.map((call, place) => ({ id: `call_${place + 1}`, ...call }))
  return tool_calls.length > 0 || text.trim() === ''
    ? { text, tool_calls }
    : { text, tool_calls, output: toOutput(input, answer) }
}

const toUsage = (input: LlmInput, answer: MockAnswer): Usage => ({
  provider: 'mock',
  model: toModelName(input.model),
  input_tokens: answer.usage?.input_tokens ?? countTokens(input.messages.map(({ content }) => content).join('')),
  cached_tokens: 0,
  output_tokens: answer.usage?.output_tokens ?? countTokens(toText(answer) + describeCalls(answer)),
  cost_usd: 0,
})

const describeCalls = ({ toolCalls }: MockAnswer): string => (toolCalls.length === 0 ? '' : JSON.stringify(toolCalls))

/** Counts four bytes of UTF-8 as a token, which is near the average of real models on English text, and easy to check by hand. */
const countTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4)
