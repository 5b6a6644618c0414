/**
 * Builds one answer of a chat completions server from its whole body, or from the chunks of its stream.
 *
 * 1. We ask for one choice. A server that sends several gets one of them read: the first that says something, beside the calls of the first
 *    that calls tools, as some servers split a turn so.
 * 2. An answer has ended when a choice has a finish reason, or a stream its `[DONE]`.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import type { TokenCounts } from '../../../core/pricing.ts'
import { type Finish, readFinish } from '../finish-reason.ts'
import type { LlmAnswer } from '../provider.ts'
import { joinUsage } from '../token-count.ts'
import { type CallDraft, takeCall, toToolCalls } from './chat-calls.ts'
import { type ChatPart, type MessageField, readChoices } from './chat-message.ts'
import { findUsage } from './chat-usage.ts'
import { joinKept, keepForCall } from './kept-fields.ts'

export interface ChatDraft {
  text: string
  isRefusal: boolean
  calls: CallDraft[]
  /** The indexes of the choices that are read. */
  spoken: number | undefined
  called: number | undefined
  finishes: Map<number, string>
  kept: JsonObject
  usage: TokenCounts | null
  /** True: a message has been seen. */
  isMessage: boolean
}

export const createDraft = (): ChatDraft => ({
  text: '',
  isRefusal: false,
  calls: [],
  spoken: undefined,
  called: undefined,
  finishes: new Map(),
  kept: {},
  usage: null,
  isMessage: false,
})

/** Takes a body or a chunk into the draft. Returns the text that it adds, and an error that stands in a choice. */
export const takeBody = (
  draft: ChatDraft,
  body: JsonObject,
  field: MessageField,
): { text: string; error: JsonValue | undefined } => {
  const parts = readChoices(body, field)
  draft.usage = joinUsage(
    draft.usage,
    findUsage(
      body,
      parts.map(({ usage }) => usage),
    ),
  )
  const text = parts.map((part) => takePart(draft, part, field)).join('')
  return { text, error: parts.find(({ error }) => error !== undefined)?.error }
}

const takePart = (draft: ChatDraft, part: ChatPart, field: MessageField): string => {
  const { index, calls, finish } = part
  draft.isMessage ||= part.isMessage
  if (finish !== undefined) draft.finishes.set(index, finish)
  if (calls.length > 0) draft.called ??= index
  if (draft.called === index)
    draft.calls = field === 'message' ? [...draft.calls, ...calls] : calls.reduce(takeCall, draft.calls)
  const text = part.text || part.refusal
  if (text !== '') draft.spoken ??= index
  if (draft.spoken === index || draft.called === index || draft.spoken === undefined) joinKept(draft.kept, part.kept)
  if (draft.spoken !== index) return ''
  if (part.refusal !== '') draft.isRefusal = true
  draft.text += text
  return text
}

/** Undefined: no choice has ended. Of two choices that are read, the one that did not succeed counts. */
export const findFinish = ({ finishes, spoken, called, isRefusal }: ChatDraft): Finish | undefined => {
  const read = [...finishes].filter(([index]) => index === spoken || index === called)
  const reasons = (read.length > 0 ? read : [...finishes]).map(([, reason]) => readFinish(reason))
  const found = reasons.find(({ finish }) => finish !== 'stop') ?? reasons[0]
  return isRefusal && found !== undefined ? { finish: 'refused' } : found
}

/** @param from Name of the provider. */
export const toAnswer = (draft: ChatDraft, { finish, from }: { finish: Finish; from: string }): LlmAnswer => ({
  text: draft.text,
  toolCalls: toToolCalls(draft.calls, (call, place) =>
    keepForCall(call, { from, message: place === 0 ? draft.kept : {} }),
  ),
  ...finish,
  usage: draft.usage,
})

/** True for a body that may be an answer. */
export const isAnswer = (body: unknown): body is JsonObject =>
  isJsonObject(body) && (Array.isArray(body.choices) || isJsonObject(body.choices))
