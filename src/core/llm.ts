/**
 * The input and output of every model's actor.
 *
 * The actor performs one turn. The host owns retries, tools and the budget. The output is the instance of `returns` where the step has
 * one, else `{ text }`; for an input with `tools` it is an `LlmTurn`.
 */
import type { Actor, ActorDescription, BlobRef } from './actor.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { closedObject, type JsonSchema } from './json-schema.ts'

export type LlmMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string; images?: LlmImage[] }
  | { role: 'assistant'; content: string; tool_calls?: LlmToolCall[] }
  /** The output of a tool that the model called, or the reason of its failure. */
  | { role: 'tool'; tool_call_id: string; name: string; content: string; is_error?: boolean }

/** An image by URL, or as bytes in Base64. */
export type LlmImage = { url: string } | { media_type: string; base64: string }

/** A call of a tool that a model asks for. */
export type LlmToolCall = {
  /** Unique in its answer: the provider's own id, or a made one where it gives none. */
  id: string
  name: string
  /** JSON text as the model wrote it, which may be malformed. */
  arguments: string
  /** Signed thoughts that the vendor requires back unchanged with the call in the next turn. Only its provider reads them. */
  opaque?: JsonObject
}

/** A tool as a model sees it. */
export type LlmTool = {
  name: string
  description: string
  input: JsonSchema
}

/** A message of a workflow. Its images may be blobs, whose bytes the actor reads. */
export type LlmInputMessage =
  | Exclude<LlmMessage, { role: 'user' }>
  | { role: 'user'; content: string; images?: (LlmImage | BlobRef)[] }

export type LlmInput = {
  /** With the provider, aliases resolved: `mock/echo`. */
  model: string
  messages: LlmInputMessage[]
  /** `temperature`, `max_tokens`, `seed`, … A provider ignores those that it does not know. `script`, a list, is for `mock/script`. */
  params: JsonObject
  /** The schema of the answer. */
  returns?: JsonSchema
  /** Given: the output is an `LlmTurn`. */
  tools?: LlmTool[]
  /** True: the text also comes piece by piece, as progress. */
  stream?: boolean
  /** The longest age of an answer from the cache, in milliseconds. Absent: the model is asked. */
  cache_ms?: number
  /** Present where the budget sets `max_tokens` in `params`, not the workflow: it is a bound of the reservation, and no wish. */
  max_tokens_by?: 'budget'
  /** Count of earlier model calls of this step in this run, repeated visits and failed attempts included. */
  call: number
}

/** One turn of a model with tools: it calls some, or answers. */
export type LlmTurn = {
  /** The text of the turn, which may stand beside calls. */
  text: string
  /** Empty: the model has answered. */
  tool_calls: LlmToolCall[]
  /** The final answer, in the form of a step without tools. Undefined beside calls, and for an empty turn. */
  output?: JsonValue
}

export type LlmActor = Actor<LlmInput, JsonValue>

/** `mock/echo` → `echo`. Takes all after the first slash, as a model's own name may hold a slash. */
export const toModelName = (model: string): string => model.slice(model.indexOf('/') + 1)

/** Describes the actor of a provider. */
export const describeProvider = (name: string, description: string): ActorDescription => ({
  name,
  description,
  writes: false,
  input: LLM_INPUT_SCHEMA,
  output: {},
})

const TOOL_CALL_SCHEMA = closedObject(
  { id: { type: 'string' }, name: { type: 'string' }, arguments: { type: 'string' }, opaque: { type: 'object' } },
  ['id', 'name', 'arguments'],
)

/** An image by URL, as bytes, or as a blob. */
const IMAGE_SCHEMA = closedObject(
  {
    url: { type: 'string' },
    base64: { type: 'string' },
    media_type: { type: 'string' },
    $blob: { type: 'string' },
    size: { type: 'integer' },
    name: { type: 'string' },
  },
  [],
)

const MESSAGE_SCHEMA = closedObject(
  {
    role: { enum: ['system', 'user', 'assistant', 'tool'] },
    content: { type: 'string' },
    images: { type: 'array', items: IMAGE_SCHEMA },
    tool_calls: { type: 'array', items: TOOL_CALL_SCHEMA },
    tool_call_id: { type: 'string' },
    name: { type: 'string' },
    is_error: { type: 'boolean' },
  },
  ['role', 'content'],
)

const TOOL_SCHEMA = closedObject({
  name: { type: 'string' },
  description: { type: 'string' },
  input: { type: 'object' },
})

export const LLM_INPUT_SCHEMA = closedObject(
  {
    model: { type: 'string' },
    messages: { type: 'array', items: MESSAGE_SCHEMA },
    params: { type: 'object' },
    returns: { type: 'object' },
    tools: { type: 'array', items: TOOL_SCHEMA },
    stream: { type: 'boolean' },
    cache_ms: { type: 'integer', minimum: 1 },
    max_tokens_by: { enum: ['budget'] },
    call: { type: 'integer', minimum: 0 },
  },
  ['model', 'messages', 'params', 'call'],
)
