/** Reads Gemini's answers, whole or in the chunks of a stream. */
import { Fault } from '../../../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import type { LlmMessage, LlmToolCall } from '../../../core/llm.ts'
import type { LlmAnswer } from '../provider.ts'
import { toToolCall } from './gemini-contents.ts'

/** Gathers one answer or many chunks, which have the same form. */
export interface GeminiTurn {
  text: string
  /** Parts with a call. */
  calls: JsonObject[]
  /** Null until the answer has ended. */
  finishReason: string | null
  /** The reason of a refusal, in the vendor's words. */
  explanation: string
  usage: JsonObject | null
}

export const createTurn = (): GeminiTurn => ({ text: '', calls: [], finishReason: null, explanation: '', usage: null })

/** Takes one chunk in, and returns its piece of text. */
export const takeChunk = (turn: GeminiTurn, chunk: JsonObject): string => {
  if (isJsonObject(chunk.usageMetadata)) turn.usage = chunk.usageMetadata
  takeFeedback(turn, chunk.promptFeedback)
  const candidate = Array.isArray(chunk.candidates) ? chunk.candidates[0] : undefined
  if (!isJsonObject(candidate)) return ''
  if (typeof candidate.finishReason === 'string') turn.finishReason = candidate.finishReason
  if (typeof candidate.finishMessage === 'string') turn.explanation = candidate.finishMessage
  const parts = isJsonObject(candidate.content) ? candidate.content.parts : undefined
  return Array.isArray(parts) ? takeParts(turn, parts.filter(isJsonObject)) : ''
}

const takeParts = (turn: GeminiTurn, parts: JsonObject[]): string => {
  let text = ''
  for (const part of parts) {
    if (isJsonObject(part.functionCall)) turn.calls.push(part)
    // Thoughts are summaries for debugging, and not part of the answer.
    else if (typeof part.text === 'string' && part.thought !== true) text += part.text
  }
  turn.text += text
  return text
}

/** A refused prompt has no candidates. */
const takeFeedback = (turn: GeminiTurn, feedback: JsonValue | undefined): void => {
  if (!isJsonObject(feedback) || typeof feedback.blockReason !== 'string') return
  turn.finishReason = 'SAFETY'
  turn.explanation =
    typeof feedback.blockReasonMessage === 'string' ? feedback.blockReasonMessage : feedback.blockReason
}

const REFUSED = /SAFETY|PROHIBITED|RECITATION|BLOCKLIST|SPII|LANGUAGE|POLICY/

/** https://ai.google.dev/api/generate-content#FinishReason */
const toFinish = (reason: string): LlmAnswer['finish'] | undefined => {
  if (reason === 'STOP') return 'stop'
  if (reason === 'MAX_TOKENS') return 'length'
  return REFUSED.test(reason) ? 'refused' : undefined
}

/**
 * @param messages The conversation so far, whose ids new calls must not repeat.
 * @throws Fault `invalid_output` for a call or an answer that the vendor itself can't read
 */
export const toAnswer = (
  turn: GeminiTurn,
  { name, messages }: { name: string; messages: readonly LlmMessage[] },
): LlmAnswer => {
  const finish = toFinish(turn.finishReason ?? 'STOP')
  if (finish === undefined) throw toMalformedFault(turn, name)
  const text = finish === 'refused' && turn.text === '' ? turn.explanation : turn.text
  return { text, toolCalls: toToolCalls(turn.calls, messages), finish, usage: toUsage(turn.usage) }
}

/** The fault of `MALFORMED_FUNCTION_CALL`, `UNEXPECTED_TOOL_CALL`, `OTHER` and of future reasons. */
const toMalformedFault = ({ finishReason, explanation }: GeminiTurn, name: string): Fault =>
  new Fault(
    'invalid_output',
    `'${name}' ended its answer with ${finishReason}${explanation === '' ? '' : `: ${explanation.slice(0, 200)}`}`,
    { retryable: true },
  )

const toToolCalls = (parts: readonly JsonObject[], messages: readonly LlmMessage[]): LlmToolCall[] => {
  const earlier = messages.flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []))
  const taken = new Set(earlier.map(({ id }) => id))
  return parts.map((part, index) => toToolCall(part, { made: earlier.length + index, taken }))
}

/** Thoughts are billed like the answer, and counted apart. Tokens that the vendor's own tools read are input. */
const toUsage = (usage: JsonObject | null): LlmAnswer['usage'] => {
  if (usage === null) return null
  const count = (name: string): number => (typeof usage[name] === 'number' ? usage[name] : 0)
  return {
    input_tokens: count('promptTokenCount') + count('toolUsePromptTokenCount'),
    cached_tokens: count('cachedContentTokenCount'),
    output_tokens: count('candidatesTokenCount') + count('thoughtsTokenCount'),
  }
}
