/** Reads Anthropic's answers, whole or as the events of a stream. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import type { LlmToolCall } from '../../../core/llm.ts'
import type { LlmAnswer } from '../provider.ts'
import { keepThoughts } from './anthropic-messages.ts'

/** A message of a whole answer, or one that a stream builds up. Blocks of a stream have `partial_json` until they end. */
export interface AnthropicMessage {
  content: JsonObject[]
  stopReason: string | null
  /** The reason of a refusal. */
  explanation: string
  usage: JsonObject
}

export const createMessage = (): AnthropicMessage => ({ content: [], stopReason: null, explanation: '', usage: {} })

/** Undefined for a body that is not a message. */
export const readMessage = (body: unknown): AnthropicMessage | undefined => {
  if (!isJsonObject(body) || body.type !== 'message' || !Array.isArray(body.content)) return undefined
  const message = createMessage()
  takeStop(message, body)
  takeUsage(message, body.usage)
  message.content = body.content.filter(isJsonObject)
  return message
}

/**
 * Takes one event of a stream into the message (https://platform.claude.com/docs/en/build-with-claude/streaming), and returns its piece of
 * text. Unknown kinds are ignored, as the vendor asks.
 */
export const takeEvent = (message: AnthropicMessage, event: JsonObject): string => {
  switch (event.type) {
    case 'message_start':
      if (isJsonObject(event.message)) takeUsage(message, event.message.usage)
      return ''
    case 'content_block_start':
      if (isJsonObject(event.content_block)) message.content[indexOf(event)] = { ...event.content_block }
      return toText(event.content_block)
    case 'content_block_delta':
      return isJsonObject(event.delta) ? takeDelta(message.content[indexOf(event)], event.delta) : ''
    case 'message_delta':
      takeStop(message, event.delta)
      takeUsage(message, event.usage)
      return ''
    default:
      return ''
  }
}

const indexOf = ({ index }: JsonObject): number => (typeof index === 'number' ? index : 0)

/** The field of each kind of delta, and the field of the block that it extends. */
const GROWING: Readonly<Record<string, [from: string, to: string]>> = {
  text_delta: ['text', 'text'],
  thinking_delta: ['thinking', 'thinking'],
  signature_delta: ['signature', 'signature'],
  input_json_delta: ['partial_json', 'partial_json'],
}

const takeDelta = (block: JsonObject | undefined, delta: JsonObject): string => {
  const [from, to] = GROWING[String(delta.type)] ?? []
  if (block === undefined || from === undefined || to === undefined) return ''
  const piece = typeof delta[from] === 'string' ? delta[from] : ''
  block[to] = (typeof block[to] === 'string' ? block[to] : '') + piece
  return to === 'text' ? piece : ''
}

const takeStop = (message: AnthropicMessage, from: JsonValue | undefined): void => {
  if (!isJsonObject(from)) return
  if (typeof from.stop_reason === 'string') message.stopReason = from.stop_reason
  const details = from.stop_details
  if (isJsonObject(details) && typeof details.explanation === 'string') message.explanation = details.explanation
}

/** Counts are cumulative. A later event may leave out a count of an earlier one. */
const takeUsage = (message: AnthropicMessage, usage: JsonValue | undefined): void => {
  if (!isJsonObject(usage)) return
  for (const [name, value] of Object.entries(usage)) if (typeof value === 'number') message.usage[name] = value
}

export const toAnswer = (message: AnthropicMessage): LlmAnswer => {
  const blocks = message.content.filter(isJsonObject)
  const finish = toFinish(message.stopReason)
  const text = blocks.map(toText).join('')
  const calls = blocks.filter(({ type }) => type === 'tool_use').map(toToolCall)
  const thoughts = blocks.filter(({ type }) => type === 'thinking' || type === 'redacted_thinking')
  return {
    // The reason of a refusal before the first word is apart.
    text: finish === 'refused' && text === '' ? message.explanation : text,
    toolCalls: keepThoughts(calls, thoughts),
    finish,
    usage: toUsage(message.usage),
  }
}

const toText = (block: JsonValue | undefined): string =>
  isJsonObject(block) && block.type === 'text' && typeof block.text === 'string' ? block.text : ''

const toToolCall = ({ id, name, input, partial_json }: JsonObject): LlmToolCall => ({
  id: String(id),
  name: String(name),
  // A stream sends the arguments as pieces of text, and no piece for a call without arguments.
  arguments: typeof partial_json === 'string' && partial_json !== '' ? partial_json : JSON.stringify(input ?? {}),
})

const toFinish = (reason: string | null): LlmAnswer['finish'] => {
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'length'
  return reason === 'refusal' ? 'refused' : 'stop'
}

/** The vendor's `input_tokens` leave out tokens that it read from and wrote to its cache. */
const toUsage = (usage: JsonObject): LlmAnswer['usage'] => {
  const count = (name: string): number => (typeof usage[name] === 'number' ? usage[name] : 0)
  if (usage.input_tokens === undefined && usage.output_tokens === undefined) return null
  const [cached, written] = [count('cache_read_input_tokens'), count('cache_creation_input_tokens')]
  return {
    input_tokens: count('input_tokens') + cached + written,
    cached_tokens: cached,
    ...(written > 0 && { cache_write_tokens: written }),
    output_tokens: count('output_tokens'),
  }
}
