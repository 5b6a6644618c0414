/**
 * Gemini, by `@google/generative-ai`.
 *
 * The SDK names the resource of a model. The request is sent here: the SDK's own request takes no `fetch` and hides the headers of a refusal
 * (how long to wait), its stream reader fails at comments, at U+2028 within a text and at an error outside of events, and its types know
 * nothing of seeds, thoughts, signatures and JSON Schemas.
 */
import { isJsonObject, type JsonValue } from '../../../core/json.ts'
import { readEvents } from '../event-stream.ts'
import { readExactJson } from '../exact-json.ts'
import type { LlmProvider, ProviderSettings } from '../provider.ts'
import type { ModelServer } from '../provider-definition.ts'
import { createServedProvider, type ServerCall } from '../served-provider.ts'
import { createTurn, type GeminiTurn, takeChunk, toAnswer } from './gemini-answer.ts'
import { toGeminiRequest } from './gemini-request.ts'

/** Loads the SDK. */
export const createGeminiProvider = async (server: ModelServer, given: ProviderSettings): Promise<LlmProvider> => {
  const { GoogleGenerativeAI } = await import('@google/generative-ai')
  const sdk = new GoogleGenerativeAI(given.apiKey ?? '')
  return createServedProvider(server, given, async (call) => {
    const { settings, asked } = call
    const { model } = sdk.getGenerativeModel({ model: asked.model })
    const turn = call.onText === undefined ? await askWhole(call, model) : await askStream(call, model)
    return toAnswer(turn, { name: `${settings.name}/${asked.model}`, messages: asked.messages })
  })
}

/** @param method With the model's resource name: `models/gemini-2.5-flash:generateContent`. */
const post = ({ settings, asked, inWords, request }: ServerCall, method: string): Promise<Response> =>
  request.fetch(`${settings.baseUrl}/v1beta/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-goog-api-key': settings.apiKey ?? '' },
    body: JSON.stringify(toGeminiRequest(asked, { inWords })),
  })

const askWhole = async (call: ServerCall, model: string): Promise<GeminiTurn> => {
  const response = await post(call, `${model}:generateContent`)
  const body = readExactJson(await response.text())
  if (body === undefined) throw call.request.broken('answered with text that is not JSON')
  const turn = createTurn()
  take(turn, body, call)
  if (!isJsonObject(body) || (body.candidates === undefined && body.promptFeedback === undefined))
    throw call.request.broken('answered with JSON that is not an answer')
  return turn
}

const askStream = async (call: ServerCall, model: string): Promise<GeminiTurn> => {
  const { body } = await post(call, `${model}:streamGenerateContent?alt=sse`)
  const turn = createTurn()
  for await (const event of readEvents(body)) {
    const text = take(turn, parse(event, call), call)
    if (text !== '') call.onText?.(text)
  }
  if (turn.finishReason === null) throw call.request.broken('ended its stream before its answer')
  return turn
}

const parse = (event: string, { request }: ServerCall): JsonValue => {
  const chunk = readExactJson(event)
  if (chunk === undefined) throw request.broken('sent an event that is not JSON')
  return chunk
}

/** Takes a chunk into the turn. An error may come inside a 200, as a chunk. */
const take = (turn: GeminiTurn, chunk: unknown, { request }: ServerCall): string => {
  const read: unknown = Array.isArray(chunk) ? chunk[0] : chunk
  if (!isJsonObject(read)) throw request.broken('sent a response that is not an answer')
  if (read.error !== undefined) throw request.refused(read)
  return takeChunk(turn, read)
}
