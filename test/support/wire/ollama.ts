/** The wire format of Ollama's chat interface, as its reference documents it: one JSON object, or one a line. */

import { ollama } from '../../../src/actors/llm/ollama/index.ts'
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import type { ReceivedRequest } from '../http-server.ts'
import { OLLAMA_QUIRKS } from './ollama-quirks.ts'
import { DEFAULT_USAGE, joinText, parseVerbatim, type WireAnswer, type WireMessage, type WireVendor } from './wire.ts'

const parse = (request: ReceivedRequest): JsonObject => JSON.parse(request.body) as JsonObject

interface Call {
  function: { name: string; arguments: JsonValue }
}

const toCalls = ({ toolCalls = [] }: WireAnswer): JsonObject[] =>
  toolCalls.map((call) => ({ function: { name: call.name, arguments: parseVerbatim(call.arguments) } }))

const toPart = (message: JsonObject, fields: JsonObject = {}): JsonObject => ({
  model: 'llama3.2',
  created_at: '2025-06-01T12:00:00.000000Z',
  message: { role: 'assistant', ...message },
  done: false,
  ...fields,
})

const toEnd = ({ finish, usage = DEFAULT_USAGE }: WireAnswer): JsonObject => ({
  done: true,
  done_reason: finish === 'length' ? 'length' : 'stop',
  total_duration: 5_000_000,
  load_duration: 1_000_000,
  ...(usage === null
    ? {}
    : {
        prompt_eval_count: usage.input,
        prompt_eval_duration: 1_000_000,
        eval_count: usage.output,
        eval_duration: 3_000_000,
      }),
})

const encodeAnswer = (answer: WireAnswer): JsonObject => {
  const calls = toCalls(answer)
  const thinking = answer.thoughts === undefined ? {} : { thinking: answer.thoughts }
  return toPart(
    { content: joinText(answer), ...thinking, ...(calls.length === 0 ? {} : { tool_calls: calls }) },
    toEnd(answer),
  )
}

const toLine = (value: JsonObject): string => `${JSON.stringify(value)}\n`

const encodeStream = (answer: WireAnswer): string[] =>
  [
    ...(answer.text ?? []).map((content) => toPart({ content })),
    ...toCalls(answer).map((call) => toPart({ content: '', tool_calls: [call] })),
    toPart({ content: '' }, toEnd(answer)),
  ].map(toLine)

const readMessage = ({ role, content, images, tool_calls, tool_name }: JsonObject): WireMessage => ({
  role: role as WireMessage['role'],
  text: String(content),
  ...(images === undefined ? {} : { images: images as string[] }),
  ...(tool_calls === undefined ? {} : { toolCalls: (tool_calls as unknown as Call[]).map((call) => call.function) }),
  ...(tool_name === undefined ? {} : { answers: String(tool_name) }),
})

const readParams = ({ options = {}, think }: JsonObject): JsonObject => {
  const { num_predict, ...rest } = options as JsonObject
  return {
    ...rest,
    ...(num_predict === undefined ? {} : { max_tokens: num_predict }),
    ...(think === undefined ? {} : { reasoning: think }),
  }
}

export const ollamaWire: WireVendor = {
  name: 'ollama',
  model: 'llama3.2',
  basePath: '',
  framing: 'ndjson',
  createProvider: ollama.create,
  wantsStream: (request) => parse(request).stream === true,
  encodeAnswer,
  encodeStream,
  endMarkers: 0,
  encodeError: ({ message }) => ({ error: message }),
  encodeStreamError: ({ message }) => toLine({ error: message }),
  readRequest(request) {
    const body = parse(request)
    const tools = (body.tools ?? []) as { function: { name: string; description: string; parameters: JsonValue } }[]
    return {
      model: String(body.model),
      apiKey: request.headers.authorization?.replace(/^Bearer /, ''),
      messages: (body.messages as JsonObject[]).map(readMessage),
      params: readParams(body),
      schema: body.format,
      tools: tools.map(({ function: { name, description, parameters } }) => ({ name, description, input: parameters })),
    }
  },
  callIds: () => undefined,
  skips: {
    'image by URL': 'Ollama takes bytes alone',
    'cached tokens': 'Ollama does not count them',
    'required key': 'Ollama needs none',
    'kinds of errors in a stream': 'Ollama has one kind',
    'malformed tool arguments': 'Ollama parses them itself',
    refusal: 'Ollama has no word for it',
  },
  quirks: OLLAMA_QUIRKS,
}
