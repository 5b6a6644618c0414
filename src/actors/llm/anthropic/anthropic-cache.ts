/**
 * Marks the parts of a request that the vendor is to cache: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 *
 * A step with tools asks turn by turn, and each turn repeats all before it, so that reading from the cache pays for writing to it. Other
 * steps ask once; they have no marks.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'

const MARK = { cache_control: { type: 'ephemeral' } } as const

export const withCacheMarks = (body: JsonObject): JsonObject => {
  const { system, tools, messages } = body
  if (!Array.isArray(tools) || tools.length === 0) return body
  return {
    ...body,
    ...(typeof system === 'string' && { system: [{ type: 'text', text: system, ...MARK }] }),
    tools: markLast(tools),
    ...(Array.isArray(messages) && { messages: mapLast(messages, markTurn) }),
  }
}

const markTurn = (turn: JsonValue): JsonValue =>
  isJsonObject(turn) && Array.isArray(turn.content) ? { ...turn, content: markLast(turn.content) } : turn

const markLast = (parts: readonly JsonValue[]): JsonValue[] =>
  mapLast(parts, (part) => (isJsonObject(part) ? { ...part, ...MARK } : part))

const mapLast = (values: readonly JsonValue[], change: (value: JsonValue) => JsonValue): JsonValue[] =>
  values.map((value, index) => (index === values.length - 1 ? change(value) : value))
