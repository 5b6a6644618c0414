/** Writes messages in Gemini's form: the system apart, then contents of user and model, each a list of parts. */
import { isJsonObject, type JsonObject, ownValue, tryParseJson } from '../../../core/json.ts'
import type { LlmImage, LlmMessage, LlmToolCall } from '../../../core/llm.ts'
import { toArgumentsObject, toArgumentsText } from '../tool-arguments.ts'
import { findGeminiVersion } from './gemini-version.ts'

export interface GeminiContents {
  systemInstruction: { role: 'system'; parts: { text: string }[] } | undefined
  contents: { role: 'user' | 'model'; parts: JsonObject[] }[]
}

export const toGeminiContents = (messages: readonly LlmMessage[], model: string): GeminiContents => {
  const systems: { text: string }[] = []
  const contents: GeminiContents['contents'] = []
  let previous: LlmMessage['role'] | undefined
  for (const message of messages) {
    const parts = message.role === 'system' ? [] : toParts(message, { messages, model })
    if (message.role === 'system') systems.push({ text: message.content })
    // One content holds the results of all calls of a turn.
    else if (message.role === 'tool' && previous === 'tool') contents.at(-1)?.parts.push(...parts)
    else contents.push({ role: message.role === 'assistant' ? 'model' : 'user', parts })
    previous = message.role
  }
  return {
    systemInstruction: systems.length === 0 ? undefined : { role: 'system', parts: systems },
    contents: contents.filter(({ parts }) => parts.length > 0),
  }
}

interface Talk {
  messages: readonly LlmMessage[]
  model: string
}

const toParts = (message: Exclude<LlmMessage, { role: 'system' }>, talk: Talk): JsonObject[] => {
  switch (message.role) {
    case 'tool':
      return [{ functionResponse: toResponse(message, talk) }]
    case 'user':
      return [...(message.images ?? []).map(toImage), ...toText(message.content)]
    case 'assistant': {
      const { tool_calls = [] } = message
      const calls = tool_calls.map((call, index) => toFunctionCall(call, { index, ...talk }))
      const kept = tool_calls.flatMap(keptParts)
      if (kept.length === 0) return [...toText(message.content), ...calls]
      const placed = kept.map((part) => (part.text === undefined ? calls.shift() : part))
      return [...placed.filter(isJsonObject), ...calls]
    }
  }
}

const toText = (text: string): JsonObject[] => (text === '' ? [] : [{ text }])

const toImage = (image: LlmImage): JsonObject => {
  if ('base64' in image) return { inlineData: { mimeType: image.media_type, data: image.base64 } }
  return { fileData: { mimeType: guessMediaType(image.url), fileUri: image.url } }
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
  gif: 'image/gif',
}

/** Guesses the type that the interface requires, as an address need not tell it. */
const guessMediaType = (url: string): string => {
  const [, ending = ''] = /\.(\w+)(?:[?#]|$)/.exec(url) ?? []
  return ownValue(MEDIA_TYPES, ending.toLowerCase()) ?? 'image/jpeg'
}

/**
 * Stands for missing thoughts, where another model made the call:
 * https://ai.google.dev/gemini-api/docs/thought-signatures#faqs
 */
const NO_SIGNATURE = 'skip_thought_signature_validator'

const toFunctionCall = (call: LlmToolCall, { index, model }: Talk & { index: number }): JsonObject => {
  const { id, signature } = readOpaque(call)
  const isExpected = index === 0 && findGeminiVersion(model) >= 3
  const thoughtSignature = signature ?? (isExpected && call.opaque?.gemini === undefined ? NO_SIGNATURE : undefined)
  return {
    functionCall: { ...(id !== undefined && { id }), name: call.name, args: toArgumentsObject(call.arguments) },
    ...(thoughtSignature !== undefined && { thoughtSignature }),
  }
}

/** Keeps texts that are signed by themselves with the first call, in their places. A part without a text is the place of a call. */
export const keepParts = (calls: readonly LlmToolCall[], parts: readonly JsonObject[]): LlmToolCall[] => {
  const isSigned = parts.some(({ text, thoughtSignature }) => text !== undefined && thoughtSignature !== undefined)
  if (!isSigned) return [...calls]
  const kept = parts.map((part) => (part.functionCall === undefined ? part : {}))
  return calls.map((call, index) => (index === 0 ? { ...call, opaque: { ...call.opaque, gemini_parts: kept } } : call))
}

const keptParts = ({ opaque }: LlmToolCall): JsonObject[] =>
  Array.isArray(opaque?.gemini_parts) ? opaque.gemini_parts.filter(isJsonObject) : []

/** A result has the vendor's own id where the call had one; else its place and the tool's name identify it. */
const toResponse = (result: Extract<LlmMessage, { role: 'tool' }>, { messages }: Talk): JsonObject => {
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []))
  const call = calls.findLast(({ id }) => id === result.tool_call_id)
  const { id } = call === undefined ? { id: undefined } : readOpaque(call)
  return { ...(id !== undefined && { id }), name: result.name, response: toResponseValue(result) }
}

/** Wraps values, as the interface takes objects alone. */
const toResponseValue = ({ content, is_error }: Extract<LlmMessage, { role: 'tool' }>): JsonObject => {
  if (is_error) return { error: content }
  const value = tryParseJson(content)
  return isJsonObject(value) ? value : { result: value === undefined ? content : value }
}

const readOpaque = ({ opaque }: LlmToolCall): { id: string | undefined; signature: string | undefined } => {
  const own = isJsonObject(opaque?.gemini) ? opaque.gemini : {}
  return {
    id: typeof own.id === 'string' ? own.id : undefined,
    signature: typeof own.signature === 'string' ? own.signature : undefined,
  }
}

/**
 * Reads a call. Where the vendor gave no id, or one that an earlier call has, the id is made from `made`, the count of the calls before it
 * in the conversation.
 */
export const toToolCall = (part: JsonObject, { made, taken }: { made: number; taken: Set<string> }): LlmToolCall => {
  const call = isJsonObject(part.functionCall) ? part.functionCall : {}
  const signature = part.thoughtSignature
  const given = typeof call.id === 'string' && call.id !== '' ? call.id : undefined
  const id = given !== undefined && !taken.has(given) ? given : `call_${made + 1}`
  taken.add(id)
  return {
    id,
    name: typeof call.name === 'string' ? call.name : '',
    arguments: toArgumentsText(call.args),
    opaque: {
      gemini: {
        ...(given !== undefined && { id: given }),
        ...(typeof signature === 'string' && { signature }),
      },
    },
  }
}
