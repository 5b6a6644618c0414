/** Writes messages in Anthropic's form: the system apart, then user and assistant in turn, each a list of blocks. */
import { isJsonObject, type JsonObject } from '../../../core/json.ts'
import type { LlmImage, LlmMessage, LlmToolCall } from '../../../core/llm.ts'
import { toArgumentsObject } from '../tool-arguments.ts'

export interface AnthropicMessages {
  /** Empty when there is none. */
  system: string
  messages: { role: 'user' | 'assistant'; content: JsonObject[] }[]
}

export const toAnthropicMessages = (messages: readonly LlmMessage[]): AnthropicMessages => {
  const systems: string[] = []
  const turns: AnthropicMessages['messages'] = []
  for (const message of messages) {
    if (message.role === 'system') {
      systems.push(message.content)
      continue
    }
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = turns.at(-1)
    // The results of one turn's calls have to be in one message, and first in it.
    if (last?.role === role) last.content.push(...toBlocks(message))
    else turns.push({ role, content: toBlocks(message) })
  }
  return { system: systems.join('\n\n'), messages: turns.filter(({ content }) => content.length > 0) }
}

/** True: the turn answers tool calls without thoughts, as another vendor's model, or a model that does not think, made them. */
export const endsUnsigned = (messages: readonly LlmMessage[]): boolean => {
  const asked = messages.findLast(({ role }) => role !== 'tool')
  if (messages.at(-1)?.role !== 'tool' || asked?.role !== 'assistant') return false
  return !asked.tool_calls?.some((call) => keptBlocks(call).some(isThought))
}

const toBlocks = (message: Exclude<LlmMessage, { role: 'system' }>): JsonObject[] => {
  switch (message.role) {
    case 'tool':
      return [toToolResult(message)]
    case 'user':
      return [...(message.images ?? []).map(toImage), ...toText(message.content)]
    case 'assistant': {
      const calls = message.tool_calls ?? []
      const kept = calls.flatMap(keptBlocks)
      if (kept.some(({ type }) => type === 'tool_use')) return putCallsBack(kept, calls)
      return [...kept, ...toText(message.content), ...calls.map(toToolUse)]
    }
  }
}

/** Leaves an empty text block out, as the interface refuses it; one of blanks too. */
const toText = (text: string): JsonObject[] => (text.trim() === '' ? [] : [{ type: 'text', text }])

const toToolResult = ({ tool_call_id, content, is_error }: Extract<LlmMessage, { role: 'tool' }>): JsonObject => ({
  type: 'tool_result',
  tool_use_id: tool_call_id,
  content,
  ...(is_error && { is_error }),
})

/** Puts the calls of a turn into the places that they had among its blocks. */
const putCallsBack = (kept: readonly JsonObject[], calls: readonly LlmToolCall[]): JsonObject[] => {
  const uses = calls.map(toToolUse)
  const placed = kept.map((block) => (block.type === 'tool_use' ? uses.shift() : block))
  return [...placed.filter(isJsonObject), ...uses]
}

const toImage = (image: LlmImage): JsonObject => {
  if ('base64' in image)
    return { type: 'image', source: { type: 'base64', media_type: image.media_type, data: image.base64 } }
  return { type: 'image', source: { type: 'url', url: image.url } }
}

const toToolUse = ({ id, name, arguments: given }: LlmToolCall): JsonObject => ({
  type: 'tool_use',
  id,
  name,
  input: toArgumentsObject(given),
})

/** Reads the blocks that `keepBlocks` kept. Journals of older releases have the thoughts alone, for the place before all others. */
const keptBlocks = ({ opaque }: LlmToolCall): JsonObject[] => {
  const kept = opaque?.anthropic_blocks ?? opaque?.anthropic_thinking
  return Array.isArray(kept) ? kept.filter(isJsonObject) : []
}

const isThought = ({ type }: JsonObject): boolean => type === 'thinking' || type === 'redacted_thinking'

/**
 * Attaches the blocks of a turn to its first call, in their order, where text and calls alone do not tell it. Models that think refuse
 * the next turn without their thoughts, and in any other order. A call is only a mark of its place.
 */
export const keepBlocks = (calls: readonly LlmToolCall[], blocks: readonly JsonObject[]): LlmToolCall[] => {
  const sent = blocks.filter(isSent)
  if (isPlain(sent)) return [...calls]
  const kept = sent.map((block) => (block.type === 'tool_use' ? { type: 'tool_use' } : withInput(block)))
  return calls.map((call, index) => (index === 0 ? { ...call, opaque: { anthropic_blocks: kept } } : call))
}

/** The vendor refuses texts of blanks, and thoughts without a signature. */
const isSent = (block: JsonObject): boolean => {
  if (block.type === 'text') return typeof block.text === 'string' && block.text.trim() !== ''
  return block.type !== 'thinking' || (typeof block.signature === 'string' && block.signature !== '')
}

/** True for one text at most, and calls behind it. */
const isPlain = (blocks: readonly JsonObject[]): boolean =>
  blocks.every(({ type }, place) => type === 'tool_use' || (type === 'text' && place === 0))

/** A stream sends the input of the vendor's own tools as text. */
export const withInput = ({ partial_json, ...block }: JsonObject): JsonObject =>
  typeof partial_json === 'string' && partial_json !== '' ? { ...block, input: toArgumentsObject(partial_json) } : block
