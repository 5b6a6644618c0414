/**
 * Claude, by `@anthropic-ai/sdk`.
 *
 * The SDK writes the request, signs it and takes its streams apart into events; what an event means is read here, since its own
 * accumulating stream parses half-written tool arguments anew at every piece, and loses the kind of an error inside a stream.
 * `client.post` instead of `client.messages.create`: that one prints to the console about old models, and refuses long answers.
 */
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { type AnthropicMessage, createMessage, readMessage, takeEvent, toAnswer } from './anthropic/anthropic-answer.ts'
import { toAnthropicRequest } from './anthropic/anthropic-request.ts'
import type { ModelRequest } from './model-request.ts'
import type { CallOptions, LlmAnswer, LlmProvider, LlmRequest, ProviderSettings } from './provider.ts'
import { KIND_FACTS } from './provider-kind.ts'
import { stripFence } from './returns-instruction.ts'
import { withModelRequest } from './with-model-request.ts'

const PATH = '/v1/messages'

/** Where a server of one's own needs no key: the SDK looks for one elsewhere unless it is given one, which is then not sent. */
const NO_KEY = 'none'

/** Ends of a call are its signal's and the idle timeout's: the SDK's own is put out of the way. */
const NO_TIMEOUT_MS = 2 ** 31 - 1

type Sdk = typeof import('@anthropic-ai/sdk') & typeof import('@anthropic-ai/sdk/core/streaming')

interface Call {
  sdk: Sdk
  settings: ProviderSettings & { name: string; baseUrl: string }
  request: ModelRequest
}

export const createAnthropicProvider = async (given: ProviderSettings): Promise<LlmProvider> => {
  const settings = { ...given, name: given.name ?? 'anthropic', baseUrl: given.baseUrl || KIND_FACTS.anthropic.url }
  const sdk = { ...(await import('@anthropic-ai/sdk')), ...(await import('@anthropic-ai/sdk/core/streaming')) }
  return {
    name: settings.name,
    call: (asked, options) =>
      withModelRequest({ kind: 'anthropic', settings, asked, options }, async (request) => {
        options.signal.throwIfAborted()
        return perform({ sdk, settings, request }, { asked, onText: options.onText })
      }),
  }
}

type OnText = CallOptions['onText']

const perform = async (call: Call, { asked, onText }: { asked: LlmRequest; onText: OnText }): Promise<LlmAnswer> => {
  const { body, headers, isAskedInWords } = toAnthropicRequest(asked)
  const response = await createClient(call)
    .post(PATH, { body: onText === undefined ? body : { ...body, stream: true }, headers })
    .asResponse()
  const isStreamed = onText !== undefined && !isJson(response)
  const message = isStreamed ? await readStream(response, { call, onText }) : await readWhole(response, call)
  const answer = toAnswer(message)
  if (!isStreamed && answer.text !== '') onText?.(answer.text)
  return isAskedInWords ? { ...answer, text: stripFence(answer.text) } : answer
}

/** Some servers send errors, or all they say, as a whole where a stream was asked for. */
const isJson = ({ headers }: Response): boolean => /^application\/json\b/i.test(headers.get('content-type') ?? '')

/** One a call: its `fetch` is the call's own. Nothing but the settings says where it goes and with what: no variable, no file. */
const createClient = ({ sdk, settings: { apiKey, baseUrl }, request }: Call) =>
  new sdk.Anthropic({
    apiKey: apiKey || NO_KEY,
    authToken: null,
    webhookKey: null,
    baseURL: baseUrl,
    fetch: request.fetch,
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    logLevel: 'off',
    openTelemetry: false,
    ...(apiKey ? {} : { defaultHeaders: { authorization: null } }),
  })

const readWhole = async (response: Response, { request }: Call): Promise<AnthropicMessage> => {
  const body = await response.json().catch((error: unknown) => {
    throw error instanceof SyntaxError ? request.broken('answered with no JSON') : error
  })
  if (isJsonObject(body) && body.type === 'error') throw request.refused(body as JsonObject)
  const message = readMessage(body)
  if (message === undefined) throw request.broken('answered with no message')
  return message
}

const readStream = async (
  response: Response,
  { call: { sdk, request }, onText }: { call: Call; onText: NonNullable<OnText> },
): Promise<AnthropicMessage> => {
  const message = createMessage()
  for await (const { data } of sdk.Stream.rawEvents(response)) {
    const event = readEvent(data, request)
    if (event.type === 'error') throw request.refused(event)
    const text = takeEvent(message, event)
    if (text !== '') onText(text)
    if (event.type === 'message_stop') break
  }
  if (message.stopReason === null) throw request.broken('ended its stream before its answer')
  return message
}

const readEvent = (data: string, request: ModelRequest): JsonObject => {
  const event = parseEvent(data)
  if (isJsonObject(event)) return event
  throw request.broken('sent an event that is no JSON object')
}

const parseEvent = (data: string): unknown => {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
