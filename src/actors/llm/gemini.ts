/**
 * Gemini, by `@google/generative-ai`.
 *
 * The SDK knows nothing of seeds, thoughts, signatures and JSON Schemas, but sends what it is given: the request is written here, in the
 * vendor's words. It takes its `fetch` from scoped-fetch.ts, and its streams as event-stream.ts rewrites them.
 */
import type { GenerateContentRequest, GenerativeModel } from '@google/generative-ai'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { rewriteEvents } from './gemini/event-stream.ts'
import { createTurn, type GeminiTurn, takeChunk, toAnswer } from './gemini/gemini-answer.ts'
import { type GeminiRequest, toGeminiRequest } from './gemini/gemini-request.ts'
import { withFetch } from './gemini/scoped-fetch.ts'
import type { ModelRequest } from './model-request.ts'
import type { CallOptions, LlmAnswer, LlmProvider, LlmRequest, ProviderSettings } from './provider.ts'
import { KIND_FACTS } from './provider-kind.ts'
import { stripFence } from './returns-instruction.ts'
import { withModelRequest } from './with-model-request.ts'

interface Call {
  model: GenerativeModel
  request: ModelRequest
}

export const createGeminiProvider = async (given: ProviderSettings): Promise<LlmProvider> => {
  const settings = {
    ...given,
    name: given.name ?? 'gemini',
    baseUrl: (given.baseUrl || KIND_FACTS.gemini.url).replace(/\/+$/, ''),
  }
  const { GoogleGenerativeAI } = await import('@google/generative-ai')
  const sdk = new GoogleGenerativeAI(settings.apiKey ?? '')
  return {
    name: settings.name,
    call: (asked, options) =>
      withModelRequest({ kind: 'gemini', settings, asked, options }, async (request) => {
        options.signal.throwIfAborted()
        const model = sdk.getGenerativeModel({ model: asked.model }, { baseUrl: settings.baseUrl })
        const name = `${settings.name}/${asked.model}`
        return perform({ model, request }, { asked, onText: options.onText, name })
      }),
  }
}

interface Asking {
  asked: LlmRequest
  onText: CallOptions['onText']
  /** With the provider, for messages. */
  name: string
}

const perform = async (call: Call, { asked, onText, name }: Asking): Promise<LlmAnswer> => {
  const written = toGeminiRequest(asked)
  const turn = onText === undefined ? await askWhole(call, written) : await askStream(call, { written, onText })
  const answer = toAnswer(turn, { name, messages: asked.messages })
  return written.isAskedInWords ? { ...answer, text: stripFence(answer.text) } : answer
}

/** The SDK's own types are of what the interface was when it was written. */
const toSdkRequest = ({ body }: GeminiRequest): GenerateContentRequest => body as unknown as GenerateContentRequest

const askWhole = async ({ model, request }: Call, written: GeminiRequest): Promise<GeminiTurn> => {
  const { response } = await withFetch(request.fetch, () => model.generateContent(toSdkRequest(written))).catch(
    (error: unknown) => {
      // What breaks on the way is wrapped by the SDK, or a fault already: these come of a body that is no answer.
      throw error instanceof SyntaxError || error instanceof TypeError ? request.broken('answered with no JSON') : error
    },
  )
  const turn = createTurn()
  take(turn, { chunk: response, request })
  const { candidates, promptFeedback } = response
  if (candidates === undefined && promptFeedback === undefined) throw request.broken('answered with no answer')
  return turn
}

const askStream = async (
  { model, request }: Call,
  { written, onText }: { written: GeminiRequest; onText: (text: string) => void },
): Promise<GeminiTurn> => {
  const { stream, response } = await withFetch(
    async (url, init) => rewrite(await request.fetch(url, init)),
    () => model.generateContentStream(toSdkRequest(written)),
  )
  // The SDK gathers the same chunks a second time; whatever is wrong with them comes from the first.
  response.catch(() => undefined)
  const turn = createTurn()
  try {
    for await (const chunk of stream) {
      const text = take(turn, { chunk, request })
      if (text !== '') onText(text)
    }
  } catch (error) {
    throw isParseError(error) ? request.broken('sent an event that is no JSON') : error
  }
  if (turn.finishReason === null) throw request.broken('ended its stream before its answer')
  return turn
}

const rewrite = (response: Response): Response =>
  response.body === null ? response : new Response(response.body.pipeThrough(rewriteEvents()), response)

/** An error may come inside a 200, as a chunk. */
const take = (turn: GeminiTurn, { chunk, request }: { chunk: unknown; request: ModelRequest }): string => {
  const read = Array.isArray(chunk) ? chunk[0] : chunk
  if (!isJsonObject(read)) throw request.broken('sent what is no answer')
  if (read.error !== undefined) throw request.refused(read as JsonObject)
  return takeChunk(turn, read)
}

/** The SDK has no class of its own for it. */
const isParseError = (error: unknown): boolean =>
  error instanceof Error && /error parsing json|failed to parse/i.test(error.message)
