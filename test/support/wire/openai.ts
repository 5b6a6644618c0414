/** The wire format of OpenAI's chat completions, as its reference documents it. */
import { openai } from '../../../src/actors/llm/openai/index.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/core/json.ts'
import type { ReceivedRequest } from '../http-server.ts'
import { OPENAI_QUIRKS } from './openai-quirks.ts'
import { DEFAULT_USAGE, joinText, type WireAnswer, type WireError, type WireMessage, type WireVendor } from './wire.ts'

const parse = (request: ReceivedRequest): JsonObject => JSON.parse(request.body) as JsonObject

const toFinishReason = ({ finish, toolCalls }: WireAnswer): string =>
  finish === 'length' ? 'length' : finish === 'refused' ? 'content_filter' : toolCalls ? 'tool_calls' : 'stop'

const toUsage = ({ usage = DEFAULT_USAGE }: WireAnswer): JsonObject | undefined =>
  usage === null
    ? undefined
    : {
        prompt_tokens: usage.input,
        completion_tokens: usage.output,
        total_tokens: usage.input + usage.output,
        prompt_tokens_details: { cached_tokens: usage.cached, cache_write_tokens: usage.written ?? 0, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
      }

const toCalls = ({ toolCalls = [] }: WireAnswer): JsonObject[] =>
  toolCalls.map((call, place) => ({ id: `call_x${place}`, type: 'function', function: { ...call } }))

const encodeAnswer = (answer: WireAnswer, request: ReceivedRequest): JsonObject => {
  const calls = toCalls(answer)
  const usage = toUsage(answer)
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_750_000_000,
    model: parse(request).model ?? '',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: calls.length > 0 && joinText(answer) === '' ? null : joinText(answer),
          refusal: null,
          ...(answer.thoughts === undefined ? {} : { reasoning_content: answer.thoughts }),
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: toFinishReason(answer),
      },
    ],
    ...(usage === undefined ? {} : { usage }),
  }
}

const toEvent = (data: JsonValue): string => `data: ${JSON.stringify(data)}\n\n`

const encodeStream = (answer: WireAnswer, request: ReceivedRequest): string[] => {
  const chunk = (fields: JsonObject): string =>
    toEvent({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_750_000_000, model: 'm', ...fields })
  const delta = (part: JsonObject, finish: string | null = null): string =>
    chunk({ choices: [{ index: 0, delta: part, logprobs: null, finish_reason: finish }] })
  const wantsUsage = isJsonObject(parse(request).stream_options)
  const usage = wantsUsage ? toUsage(answer) : undefined
  return [
    delta({ role: 'assistant', content: '' }),
    ...(answer.text ?? []).map((content) => delta({ content })),
    ...toCalls(answer).flatMap((call, index) => encodeCall(call, index).map((part) => delta({ tool_calls: [part] }))),
    delta({}, toFinishReason(answer)),
    ...(usage === undefined ? [] : [chunk({ choices: [], usage })]),
    'data: [DONE]\n\n',
  ]
}

/** First id and name, then the arguments in two pieces. */
const encodeCall = (call: JsonObject, index: number): JsonObject[] => {
  const { name, arguments: text } = call.function as { name: string; arguments: string }
  const half = Math.ceil(text.length / 2)
  return [
    { index, id: call.id ?? '', type: 'function', function: { name, arguments: '' } },
    ...[text.slice(0, half), text.slice(half)].map((part) => ({ index, function: { arguments: part } })),
  ]
}

const ERROR_TYPES: Readonly<Record<number, [string, string | null]>> = {
  401: ['invalid_request_error', 'invalid_api_key'],
  404: ['invalid_request_error', 'model_not_found'],
  429: ['requests', 'rate_limit_exceeded'],
}

const encodeError = ({ status, message }: WireError): JsonObject => {
  const [type, code] = ERROR_TYPES[status] ?? [status >= 500 ? 'server_error' : 'invalid_request_error', null]
  return { error: { message, type, param: null, code } }
}

const toText = (content: JsonValue | undefined): Pick<WireMessage, 'text' | 'images'> => {
  if (!Array.isArray(content)) return { text: typeof content === 'string' ? content : '' }
  const parts = content.filter(isJsonObject)
  const urls = parts.flatMap((part) => (part.type === 'image_url' ? [String((part.image_url as JsonObject).url)] : []))
  return {
    text: parts.map(({ text }) => (typeof text === 'string' ? text : '')).join(''),
    images: urls.map((url) => url.replace(/^data:[^,]*;base64,/, '')),
  }
}

const readMessage = (message: JsonObject): WireMessage => {
  const calls = (message.tool_calls ?? []) as { function: { name: string; arguments: string } }[]
  return {
    role: message.role as WireMessage['role'],
    ...toText(message.content),
    ...(calls.length === 0
      ? {}
      : {
          toolCalls: calls.map(({ function: f }) => ({
            name: f.name,
            arguments: JSON.parse(f.arguments) as JsonValue,
          })),
        }),
    ...(typeof message.tool_call_id === 'string' ? { answers: message.tool_call_id } : {}),
  }
}

const readParams = (body: JsonObject): JsonObject => {
  const { temperature, top_p, stop, seed, reasoning_effort, max_tokens, max_completion_tokens } = body
  const limit = max_completion_tokens ?? max_tokens
  const all = { temperature, top_p, max_tokens: limit, stop, seed, reasoning: reasoning_effort }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as JsonObject
}

export const openaiWire: WireVendor = {
  name: 'openai',
  model: 'gpt-4.1-mini',
  basePath: '/v1',
  framing: 'sse',
  createProvider: openai.create,
  wantsStream: (request) => parse(request).stream === true,
  encodeAnswer,
  encodeStream,
  endMarkers: 1,
  encodeError,
  encodeStreamError: (error) =>
    toEvent(error.status === 529 ? { error: { message: error.message, code: 529 } } : encodeError(error)),
  readRequest(request) {
    const body = parse(request)
    const format = body.response_format as { json_schema: { schema: JsonValue } } | undefined
    const tools = (body.tools ?? []) as { function: { name: string; description: string; parameters: JsonValue } }[]
    return {
      model: String(body.model),
      apiKey: request.headers.authorization?.replace(/^Bearer /, ''),
      messages: (body.messages as JsonObject[]).map(readMessage),
      params: readParams(body),
      schema: format?.json_schema.schema,
      tools: tools.map(({ function: { name, description, parameters } }) => ({ name, description, input: parameters })),
    }
  },
  callIds: (request) =>
    [parse(request).messages ?? []]
      .flat()
      .flatMap((message) => (isJsonObject(message) ? [message.tool_calls ?? []].flat() : []))
      .flatMap((call) => (isJsonObject(call) ? [String(call.id)] : [])),
  skips: {},
  quirks: OPENAI_QUIRKS,
}
