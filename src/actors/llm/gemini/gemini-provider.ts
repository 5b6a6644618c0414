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
import { NO_END, NO_EVENT } from '../model-request.ts'
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
    const { asked } = call
    const { model } = sdk.getGenerativeModel({ model: asked.model })
    const turn = call.onText === undefined ? await askWhole(call, model) : await askStream(call, model)
    return toAnswer(turn, asked.messages)
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
  const text = await call.request.readText(response)
  const turn = createTurn()
  // A list holds the chunks of a stream, which some servers send in place of one answer.
  for (const chunk of [readExactJson(text) ?? []].flat()) take(turn, chunk, { text, call })
  if (!turn.isAnswer) throw call.request.unreadable(text)
  if (turn.finishReason === null) throw call.request.broken(NO_END)
  return turn
}

const askStream = async (call: ServerCall, model: string): Promise<GeminiTurn> => {
  const response = await post(call, `${model}:streamGenerateContent?alt=sse`)
  const turn = createTurn()
  for await (const event of readEvents(call.request.readPieces(response))) {
    for (const chunk of [parse(event, call)].flat()) {
      const text = take(turn, chunk, { text: event, call })
      if (text !== '') call.onText?.(text)
    }
  }
  if (turn.finishReason === null) throw call.request.broken(NO_END)
  return turn
}

const parse = (event: string, { request }: ServerCall): JsonValue => {
  const chunk = readExactJson(event)
  if (chunk === undefined) throw request.broken(NO_EVENT)
  return chunk
}

/** Takes a chunk into the turn. An error may come inside a 200, as a chunk. */
const take = (turn: GeminiTurn, chunk: JsonValue, { text, call: { request } }: { text: string; call: ServerCall }) => {
  if (!isJsonObject(chunk)) throw request.unreadable(text)
  if (chunk.error) throw request.refused(chunk)
  return takeChunk(turn, chunk)
}
