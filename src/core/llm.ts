/**
 * What every model is asked, and answers.
 *
 * A model's actor performs one turn: no retry, no tools, no budget; those are the host's. Its output is the instance of
 * `returns` where the step has one, and `{ text }` otherwise; of an input with `tools` it is an `LlmTurn`.
 */
import type { Actor, ActorDescription, BlobRef } from './actor.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { JsonSchema } from './json-schema.ts'

export type LlmMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string; images?: LlmImage[] }
  | { role: 'assistant'; content: string; tool_calls?: LlmToolCall[] }
  /** What a tool that the model called gave out, or why it failed. */
  | { role: 'tool'; tool_call_id: string; name: string; content: string }

/** By URL, or as bytes in Base64. */
export type LlmImage = { url: string } | { media_type: string; base64: string }

/** A model's wish to call a tool. */
export type LlmToolCall = {
  /** Unique in its answer; the provider's own, or made up where it has none. */
  id: string
  name: string
  /** JSON text as the model wrote it: it may be wrong. */
  arguments: string
  /** What the vendor wants back with the call in the next turn, as it is, or refuses that turn: signed thoughts. Nobody else reads it. */
  opaque?: JsonObject
}

/** A tool as a model sees it. */
export interface LlmTool {
  name: string
  description: string
  input: JsonSchema
}

/** A message as a workflow has it: its images may be blobs, whose bytes the actor looks up. */
export type LlmInputMessage =
  | Exclude<LlmMessage, { role: 'user' }>
  | { role: 'user'; content: string; images?: (LlmImage | BlobRef)[] }

export interface LlmInput {
  /** As the workflow names it, alias resolved: `mock/echo`. */
  model: string
  messages: LlmInputMessage[]
  /** `temperature`, `max_tokens`, `seed`, …; what a provider does not know it ignores. For `mock/script`: `script`, a list. */
  params: JsonObject
  /** What the answer must be an instance of. */
  returns?: JsonSchema
  /** Given, the output is one turn. */
  tools?: LlmTool[]
  /** Whether the text is wanted piece by piece, as progress. */
  stream?: boolean
  /** How long an equal request may be answered from the cache of answers, in milliseconds. Absent: the model is asked. */
  cache_ms?: number
  /** Present beside `cache_ms` where the `max_tokens` in `params` is what the budget affords, and not the workflow's. */
  max_tokens_by?: 'budget'
  /** How many model calls of this step came before in this run, repeated visits and failed attempts included. */
  call: number
}

/** What a model with tools does at once: it calls some, or answers. */
export type LlmTurn = {
  /** What it said, beside its calls too. */
  text: string
  /** None: it has answered. */
  tool_calls: LlmToolCall[]
  /** The final answer, as a step without tools has it; undefined with calls, and when the model said nothing at all. */
  output?: JsonValue
}

export type LlmActor = Actor<LlmInput, JsonValue>

/** `mock/echo` → `echo`: all after the first slash, as a model's own name may hold one. */
export const toModelName = (model: string): string => model.slice(model.indexOf('/') + 1)

/** The parts of an actor's description that are the same for every provider. */
export const describeProvider = (name: string, description: string): ActorDescription => ({
  name,
  description,
  writes: false,
  input: LLM_INPUT_SCHEMA,
  output: {},
})

const TOOL_CALL_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    name: { type: 'string' },
    arguments: { type: 'string' },
    opaque: { type: 'object' },
  },
  required: ['id', 'name', 'arguments'],
  additionalProperties: false,
}

/** By URL, as bytes, or a blob. */
const IMAGE_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    url: { type: 'string' },
    base64: { type: 'string' },
    media_type: { type: 'string' },
    $blob: { type: 'string' },
    size: { type: 'integer' },
    name: { type: 'string' },
  },
  additionalProperties: false,
}

const MESSAGE_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    role: { enum: ['system', 'user', 'assistant', 'tool'] },
    content: { type: 'string' },
    images: { type: 'array', items: IMAGE_SCHEMA },
    tool_calls: { type: 'array', items: TOOL_CALL_SCHEMA },
    tool_call_id: { type: 'string' },
    name: { type: 'string' },
  },
  required: ['role', 'content'],
  additionalProperties: false,
}

const TOOL_SCHEMA: JsonSchema = {
  type: 'object',
  properties: { name: { type: 'string' }, description: { type: 'string' }, input: { type: 'object' } },
  required: ['name', 'description', 'input'],
  additionalProperties: false,
}

export const LLM_INPUT_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
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
  required: ['model', 'messages', 'params', 'call'],
  additionalProperties: false,
}
