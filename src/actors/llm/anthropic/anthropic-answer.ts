/** Reads Anthropic's answers, whole or as the events of a stream. */
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../../core/json.ts'
import type { LlmToolCall } from '../../../core/llm.ts'
import { readFinish } from '../finish-reason.ts'
import type { LlmAnswer } from '../provider.ts'
import { readCount } from '../token-count.ts'
import { toArgumentsText } from '../tool-arguments.ts'
import { withIds } from '../tool-ids.ts'
import { keepBlocks, withInput } from './anthropic-messages.ts'

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
  if (!isJsonObject(body) || (body.type ?? 'message') !== 'message') return undefined
  const blocks = readBlocks(body.content)
  if (blocks === undefined) return undefined
  const message = createMessage()
  takeStop(message, body)
  takeUsage(message, body.usage)
  message.content = blocks
  return message
}

/** Servers before other models send a text in place of blocks, or null beside an end. Undefined: it is not the content of a message. */
const readBlocks = (content: JsonValue | undefined): JsonObject[] | undefined => {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content === null ? [] : Array.isArray(content) ? content.filter(isJsonObject) : undefined
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
  const [from, to] = ownValue(GROWING, String(delta.type)) ?? []
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
  for (const [name, value] of Object.entries(usage)) {
    const count = readCount(value)
    if (count !== undefined && (count > 0 || message.usage[name] === undefined)) message.usage[name] = count
  }
}

/** Joins a turn that the vendor paused with its continuation. Both calls are billed. */
export const joinTurns = (paused: AnthropicMessage, next: AnthropicMessage): AnthropicMessage => {
  const names = [...new Set([...Object.keys(paused.usage), ...Object.keys(next.usage)])]
  const sum = (name: string): number => (readCount(paused.usage[name]) ?? 0) + (readCount(next.usage[name]) ?? 0)
  return {
    ...next,
    content: [...paused.content, ...next.content],
    usage: Object.fromEntries(names.map((name) => [name, sum(name)])),
  }
}

/** The blocks of a paused turn, as the vendor wants them back. */
export const toPausedTurn = ({ content }: AnthropicMessage): JsonObject => ({
  role: 'assistant',
  content: content.filter(isJsonObject).map(withInput),
})

export const toAnswer = (message: AnthropicMessage): LlmAnswer => {
  const blocks = message.content.filter(isJsonObject)
  const end = readFinish(message.stopReason ?? '')
  const text = toPlainText(message)
  const calls = withIds(blocks.filter(({ type }) => type === 'tool_use').map(toToolCall))
  return {
    // The reason of a refusal before the first word is apart.
    text: end.finish === 'refused' && text === '' ? message.explanation : text,
    toolCalls: keepBlocks(calls, blocks),
    ...end,
    usage: toUsage(message.usage),
  }
}

export const toPlainText = ({ content }: AnthropicMessage): string => content.map(toText).join('')

const toText = (block: JsonValue | undefined): string =>
  isJsonObject(block) && block.type === 'text' && typeof block.text === 'string' ? block.text : ''

const toToolCall = ({ id, name, input, partial_json }: JsonObject): LlmToolCall => ({
  id: typeof id === 'string' ? id : '',
  name: typeof name === 'string' ? name : '',
  // A stream sends the arguments as pieces of text, and no piece for a call without arguments.
  arguments: toArgumentsText(typeof partial_json === 'string' && partial_json !== '' ? partial_json : input),
})

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
