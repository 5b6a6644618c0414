/**
 * Keeps the fields that a vendor wants back in the next turn (thoughts, signatures) with the calls of the turn, and puts them back where
 * they came from. Another provider never sees them.
 */
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../../core/json.ts'
import type { LlmToolCall } from '../../../core/llm.ts'

/** Adds the fields of a chunk: texts and lists grow, and parts of a list with one index are one part. */
export const joinKept = (into: JsonObject, from: JsonObject): void => {
  for (const [name, value] of Object.entries(from))
    if (name !== '__proto__') into[name] = join(ownValue(into, name), value)
}

const join = (earlier: JsonValue | undefined, later: JsonValue): JsonValue => {
  if (typeof earlier === 'string' && typeof later === 'string') return earlier + later
  if (Array.isArray(earlier) && Array.isArray(later)) return later.reduce(joinPart, earlier)
  return isJsonObject(earlier) && isJsonObject(later) ? { ...earlier, ...later } : later
}

/** Fields of a part that a stream sends in pieces. */
const GROWING = ['text', 'summary', 'data', 'thinking']

const joinPart = (parts: JsonValue[], part: JsonValue): JsonValue[] => {
  const last = parts.at(-1)
  if (!isJsonObject(last) || !isJsonObject(part) || !isSamePart(last, part)) return [...parts, part]
  const joined = { ...last, ...part }
  for (const name of GROWING) {
    const [before, after] = [last[name], part[name]]
    if (before !== undefined && after !== undefined && after !== null) joined[name] = join(before, after)
    else if (before !== undefined) joined[name] = before
  }
  return [...parts.slice(0, -1), joined]
}

const isSamePart = (one: JsonObject, other: JsonObject): boolean =>
  one.index === other.index && one.type === other.type && (one.signature ?? null) === null

/** The opaque part of a call. Undefined: the vendor wants nothing back. */
export const keepForCall = (
  { kept }: { kept: JsonObject },
  { from, message }: { from: string; message: JsonObject },
): JsonObject | undefined => {
  const parts = {
    ...(Object.keys(message).length > 0 && { message }),
    ...(Object.keys(kept).length > 0 && { call: kept }),
  }
  return Object.keys(parts).length === 0 ? undefined : { chat: { from, ...parts } }
}

/** Reads the fields that `keepForCall` kept, where the same provider gets them back. */
export const findKept = ({ opaque }: LlmToolCall, from: string): { message: JsonObject; call: JsonObject } => {
  const own = isJsonObject(opaque?.chat) && opaque.chat.from === from ? opaque.chat : {}
  return { message: isJsonObject(own.message) ? own.message : {}, call: isJsonObject(own.call) ? own.call : {} }
}
