/** Reads Gemini's answers, whole or in the chunks of a stream. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import type { LlmMessage, LlmToolCall } from '../../../core/llm.ts'
import type { TokenCounts } from '../../../core/pricing.ts'
import { readFinish } from '../finish-reason.ts'
import type { LlmAnswer } from '../provider.ts'
import { joinUsage, readCount } from '../token-count.ts'
import { listCalls, withIds } from '../tool-ids.ts'
import { keepParts, toToolCall } from './gemini-contents.ts'

/** Gathers one answer or many chunks, which have the same form. */
export interface GeminiTurn {
  text: string
  /** Parts with a text or a call, in their order. Texts without a signature between them are one part. */
  parts: JsonObject[]
  /** Null until the answer has ended. */
  finishReason: string | null
  /** The reason of a refusal, in the vendor's words. */
  explanation: string
  usage: TokenCounts | null
  /** True: a candidate or a refused prompt has been seen. */
  isAnswer: boolean
}

export const createTurn = (): GeminiTurn => ({
  text: '',
  parts: [],
  finishReason: null,
  explanation: '',
  usage: null,
  isAnswer: false,
})

/** Takes one chunk in, and returns its piece of text. */
export const takeChunk = (turn: GeminiTurn, chunk: JsonObject): string => {
  turn.usage = joinUsage(turn.usage, readUsage(chunk.usageMetadata))
  takeFeedback(turn, chunk.promptFeedback)
  const candidate = [chunk.candidates ?? []].flat().find(isJsonObject)
  if (candidate === undefined) return ''
  turn.isAnswer = true
  if (typeof candidate.finishReason === 'string') turn.finishReason = candidate.finishReason
  if (typeof candidate.finishMessage === 'string') turn.explanation = candidate.finishMessage
  const parts = isJsonObject(candidate.content) ? candidate.content.parts : undefined
  return Array.isArray(parts) ? takeParts(turn, parts.filter(isJsonObject)) : ''
}

const takeParts = (turn: GeminiTurn, parts: JsonObject[]): string => {
  let text = ''
  for (const part of parts) {
    // Thoughts are summaries for debugging, and not part of the answer.
    if (part.thought === true) continue
    if (isJsonObject(part.functionCall)) turn.parts.push(part)
    else if (typeof part.text === 'string' || part.thoughtSignature !== undefined) text += takeText(turn, part)
  }
  turn.text += text
  return text
}

const takeText = ({ parts }: GeminiTurn, { text: given, thoughtSignature }: JsonObject): string => {
  const text = typeof given === 'string' ? given : ''
  const last = parts.at(-1)
  if (last !== undefined && typeof last.text === 'string' && !last.thoughtSignature && !thoughtSignature)
    last.text += text
  else parts.push({ text, ...(thoughtSignature && { thoughtSignature }) })
  return text
}

/** A refused prompt has no candidates. */
const takeFeedback = (turn: GeminiTurn, feedback: JsonValue | undefined): void => {
  if (!isJsonObject(feedback) || typeof feedback.blockReason !== 'string') return
  turn.isAnswer = true
  turn.finishReason = 'SAFETY'
  turn.explanation =
    typeof feedback.blockReasonMessage === 'string' ? feedback.blockReasonMessage : feedback.blockReason
}

/** @param messages The conversation so far, whose ids new calls must not repeat. */
export const toAnswer = (turn: GeminiTurn, messages: readonly LlmMessage[]): LlmAnswer => {
  const end = readFinish(turn.finishReason ?? '')
  const text = end.finish !== 'stop' && turn.text === '' ? turn.explanation : turn.text
  return { text, toolCalls: toToolCalls(turn.parts, messages), ...end, usage: turn.usage }
}

const toToolCalls = (parts: readonly JsonObject[], messages: readonly LlmMessage[]): LlmToolCall[] => {
  const calls = parts.filter(({ functionCall }) => functionCall !== undefined).map(toToolCall)
  return keepParts(withIds(calls, listCalls(messages)), parts)
}

/** Thoughts are billed like the answer, and counted apart. Tokens that the vendor's own tools read are input. */
const readUsage = (usage: JsonValue | undefined): LlmAnswer['usage'] => {
  if (!isJsonObject(usage)) return null
  const count = (name: string): number => readCount(usage[name]) ?? 0
  const input = count('promptTokenCount') + count('toolUsePromptTokenCount')
  const output = count('candidatesTokenCount') + count('thoughtsTokenCount')
  if (NUMBERS.every((name) => readCount(usage[name]) === undefined)) return null
  return {
    input_tokens: input,
    cached_tokens: Math.min(count('cachedContentTokenCount'), input),
    output_tokens: Math.max(output, input === 0 ? 0 : count('totalTokenCount') - input),
  }
}

const NUMBERS = ['promptTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount', 'totalTokenCount']
