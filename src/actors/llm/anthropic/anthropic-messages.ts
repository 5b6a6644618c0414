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
  return !asked.tool_calls?.some((call) => thoughtsOf(call).length > 0)
}

const toBlocks = (message: Exclude<LlmMessage, { role: 'system' }>): JsonObject[] => {
  switch (message.role) {
    case 'tool':
      return [{ type: 'tool_result', tool_use_id: message.tool_call_id, content: message.content }]
    case 'user':
      return [...(message.images ?? []).map(toImage), ...toText(message.content)]
    case 'assistant': {
      const calls = message.tool_calls ?? []
      return [...calls.flatMap(thoughtsOf), ...toText(message.content), ...calls.map(toToolUse)]
    }
  }
}

/** Leaves an empty text block out, as the interface refuses it. */
const toText = (text: string): JsonObject[] => (text === '' ? [] : [{ type: 'text', text }])

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

/** Reads the signed blocks that `keepThoughts` put before the call. */
const thoughtsOf = ({ opaque }: LlmToolCall): JsonObject[] =>
  Array.isArray(opaque?.anthropic_thinking) ? opaque.anthropic_thinking.filter(isJsonObject) : []

/** Attaches the thoughts of a turn to its first call. Without them, models that think refuse the next turn. */
export const keepThoughts = (calls: readonly LlmToolCall[], thoughts: readonly JsonObject[]): LlmToolCall[] =>
  calls.map((call, index) =>
    index === 0 && thoughts.length > 0 ? { ...call, opaque: { anthropic_thinking: [...thoughts] } } : call,
  )
