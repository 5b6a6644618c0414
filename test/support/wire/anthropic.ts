/** Anthropic's Messages API as a wire format: https://platform.claude.com/docs/en/api/messages/create, …/build-with-claude/streaming */

import { anthropic } from '../../../src/actors/llm/anthropic/index.ts'
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import type { ReceivedRequest } from '../http-server.ts'
import { ANTHROPIC_QUIRKS } from './anthropic-quirks.ts'
import {
  DEFAULT_USAGE,
  joinText,
  parseVerbatim,
  type WireAnswer,
  type WireError,
  type WireMessage,
  type WireVendor,
} from './wire.ts'

/** Later models refuse `temperature` beside `top_p`. */
const MODEL = 'claude-sonnet-4-0'

export const anthropicWire: WireVendor = {
  name: 'anthropic',
  model: MODEL,
  basePath: '',
  framing: 'sse',
  createProvider: anthropic.create,
  wantsStream: ({ body }) => JSON.parse(body).stream === true,
  encodeAnswer: (answer) => encodeMessage(answer),
  encodeStream: (answer) => [
    ...encodeStart(answer),
    ...(answer.text === undefined ? [] : encodeTextBlock(answer.text)),
    ...(answer.toolCalls ?? []).flatMap((call, index) => encodeCallBlock(call, index + (answer.text ? 1 : 0))),
    encodeEvent({
      type: 'message_delta',
      delta: { stop_reason: toStopReason(answer), stop_sequence: null, stop_details: null },
      ...withUsage(answer, ({ output }) => ({ output_tokens: output })),
    }),
    encodeEvent({ type: 'message_stop' }),
  ],
  endMarkers: 1,
  encodeError: (error) => ({ type: 'error', error: toError(error), request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy' }),
  encodeStreamError: (error) => encodeEvent({ type: 'error', error: toError(error) }),
  readRequest: (request) => readRequest(request),
  callIds: ({ body }) =>
    JSON.parse(body)
      .messages.flatMap(({ content }: { content: JsonObject[] }) => content)
      .flatMap(({ type, id }: JsonObject) => (type === 'tool_use' ? [String(id)] : [])),
  skips: {
    seed: 'the vendor has no seed',
    'malformed tool arguments': 'a whole answer holds objects, never text',
  },
  quirks: ANTHROPIC_QUIRKS,
}

export const encodeEvent = (event: JsonObject): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

const encodeStart = (answer: WireAnswer): string[] => [
  encodeEvent({
    type: 'message_start',
    message: {
      ...encodeMessage({ ...answer, text: [], toolCalls: [] }),
      stop_reason: null,
      ...withUsage(answer, (usage) => ({ ...toInputUsage(usage), output_tokens: 1 })),
    },
  }),
  encodeEvent({ type: 'ping' }),
]

const encodeTextBlock = (pieces: readonly string[]): string[] => [
  encodeEvent({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  ...pieces.map((text) => encodeEvent({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
  encodeEvent({ type: 'content_block_stop', index: 0 }),
]

type WireCall = NonNullable<WireAnswer['toolCalls']>[number]

const encodeCallBlock = (call: WireCall, index: number): string[] => [
  encodeEvent({ type: 'content_block_start', index, content_block: { ...toToolUse(call, index), input: {} } }),
  ...['', ...(call.arguments === '{}' ? [] : halve(call.arguments))].map((partial_json) =>
    encodeEvent({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } }),
  ),
  encodeEvent({ type: 'content_block_stop', index }),
]

/** The vendor sends arguments in pieces that end anywhere, also within a word. */
const halve = (text: string): string[] => [text.slice(0, text.length >> 1), text.slice(text.length >> 1)]

const toToolUse = (call: WireCall, index: number): JsonObject => ({
  type: 'tool_use',
  id: `toolu_01D7FLrfh4GYq7yT1ULFey${index}`,
  name: call.name,
  input: {},
  caller: { type: 'direct' },
})

const encodeMessage = (answer: WireAnswer): JsonObject => {
  const text = joinText(answer)
  return {
    id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
    type: 'message',
    role: 'assistant',
    model: MODEL,
    content: [
      ...(answer.thoughts === undefined
        ? []
        : [{ type: 'thinking', thinking: answer.thoughts, signature: 'EqQBCgIYAhIM' }]),
      ...(text === '' ? [] : [{ type: 'text', text, citations: null }]),
      ...(answer.toolCalls ?? []).map((call, index) => ({
        ...toToolUse(call, index),
        input: parseVerbatim(call.arguments),
      })),
    ],
    stop_reason: toStopReason(answer),
    stop_sequence: null,
    stop_details: null,
    ...withUsage(answer, (usage) => ({ ...toInputUsage(usage), output_tokens: usage.output })),
  }
}

const toStopReason = ({ finish, toolCalls = [] }: WireAnswer): string => {
  if (finish === 'length') return 'max_tokens'
  if (finish === 'refused') return 'refusal'
  return toolCalls.length > 0 ? 'tool_use' : 'end_turn'
}

type WireUsage = NonNullable<WireAnswer['usage']>

const withUsage = ({ usage = DEFAULT_USAGE }: WireAnswer, write: (usage: WireUsage) => JsonObject): JsonObject =>
  usage === null ? {} : { usage: write(usage) }

/** The vendor's `input_tokens` leave out tokens read from the cache and written to it. */
const toInputUsage = ({ input, cached, written = 0 }: WireUsage): JsonObject => ({
  input_tokens: input - cached - written,
  cache_read_input_tokens: cached,
  cache_creation_input_tokens: written,
  cache_creation: null,
  service_tier: 'standard',
})

/** https://platform.claude.com/docs/en/api/errors */
const ERROR_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

const toError = ({ status, message }: WireError): JsonObject => ({
  details: null,
  type: ERROR_TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error'),
  message,
})

const readRequest = ({ body, headers }: ReceivedRequest) => {
  const sent = JSON.parse(body)
  const said = Array.isArray(sent.system) ? sent.system.map(({ text }: { text: string }) => text).join('') : sent.system
  const system: WireMessage[] = said === undefined ? [] : [{ role: 'system', text: said }]
  return {
    model: sent.model,
    apiKey: headers.authorization?.replace(/^Bearer /, ''),
    messages: [...system, ...sent.messages.flatMap(readMessage)],
    params: readParams(sent),
    schema: sent.output_config?.format?.schema,
    tools: (sent.tools ?? []).map(({ name, description, input_schema }: Record<string, never>) => ({
      name,
      description,
      input: input_schema,
    })),
  }
}

const readParams = (sent: JsonObject): JsonObject => {
  const { temperature, top_p, max_tokens, stop_sequences, thinking } = sent
  const params = { temperature, top_p, max_tokens, stop: stop_sequences, reasoning: thinking }
  return Object.fromEntries(
    Object.entries(params).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  )
}

interface Block {
  type: string
  text?: string
  content?: string
  tool_use_id?: string
  name?: string
  input?: JsonValue
  source?: { data?: string; url?: string }
}

/** Each result of a tool is a message of the contract; texts, images and calls beside them are one. */
const readMessage = ({ role, content }: { role: 'user' | 'assistant'; content: Block[] }): WireMessage[] => {
  const results = content
    .filter(({ type }) => type === 'tool_result')
    .map((block): WireMessage => ({ role: 'tool', text: block.content ?? '', answers: block.tool_use_id ?? '' }))
  const rest = content.filter(({ type }) => type !== 'tool_result')
  if (rest.length === 0) return results
  const images = rest.filter(({ type }) => type === 'image').map(({ source }) => source?.data ?? source?.url ?? '')
  const calls = rest.filter(({ type }) => type === 'tool_use')
  return [
    ...results,
    {
      role,
      text: rest.map(({ text = '' }) => text).join(''),
      ...(images.length > 0 && { images }),
      ...(calls.length > 0 && {
        toolCalls: calls.map(({ name = '', input = null }) => ({ name, arguments: input })),
      }),
    },
  ]
}
