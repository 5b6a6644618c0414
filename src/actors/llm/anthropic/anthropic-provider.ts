/**
 * Claude, by `@anthropic-ai/sdk`.
 *
 * The SDK writes the request and signs it. The stream is read here, since the SDK's accumulating stream parses half-written tool
 * arguments anew at every piece, and loses the kind of an error inside a stream.
 * `client.post` replaces `client.messages.create`, which prints to the console about old models, and refuses long answers.
 */
import { isJsonObject, type JsonObject } from '../../../core/json.ts'
import { readEvents } from '../event-stream.ts'
import { readExactJson } from '../exact-json.ts'
import { NO_END, NO_EVENT } from '../model-request.ts'
import type { LlmAnswer, LlmProvider, ProviderSettings } from '../provider.ts'
import type { ModelServer } from '../provider-definition.ts'
import { createServedProvider, type ServerCall } from '../served-provider.ts'
import { fetchForCall, toFetchOptions } from '../shared-client.ts'
import {
  type AnthropicMessage,
  createMessage,
  joinTurns,
  readMessage,
  takeEvent,
  toAnswer,
  toPausedTurn,
  toPlainText,
} from './anthropic-answer.ts'
import { type AnthropicRequest, toAnthropicRequest } from './anthropic-request.ts'

const PATH = '/v1/messages'

/** Stands for the key of a server that needs none. Without any key the SDK looks for one elsewhere; this one is not sent. */
const NO_KEY = 'none'

/** Disables the SDK's timeout: the signal and the idle timeout end a call. */
const NO_TIMEOUT_MS = 2 ** 31 - 1

type Sdk = typeof import('@anthropic-ai/sdk')
type Client = InstanceType<Sdk['Anthropic']>

/** Loads the SDK. */
export const createAnthropicProvider = async (server: ModelServer, given: ProviderSettings): Promise<LlmProvider> => {
  const sdk = await import('@anthropic-ai/sdk')
  let client: Client | undefined
  return createServedProvider(server, given, (call) => {
    client ??= createClient(sdk, call.settings)
    return perform(client, call)
  })
}

const perform = async (client: Client, call: ServerCall): Promise<LlmAnswer> => {
  const { body, headers } = toAnthropicRequest(call.asked, call)
  let message = await ask(client, call, { body, headers })
  const { messages } = body
  for (let pauses = 0; message.stopReason === PAUSED && pauses < MOST_PAUSES; pauses++) {
    const continued = { ...body, messages: [...(Array.isArray(messages) ? messages : []), toPausedTurn(message)] }
    message = joinTurns(message, await ask(client, call, { body: continued, headers }))
  }
  return toAnswer(message)
}

/** The vendor paused a long turn, and continues it when it gets it back. */
const PAUSED = 'pause_turn'
const MOST_PAUSES = 8

const ask = async (
  client: Client,
  call: ServerCall,
  { body, headers }: AnthropicRequest,
): Promise<AnthropicMessage> => {
  const { onText, request } = call
  const fetchOptions = toFetchOptions(request)
  const response = await client
    .post(PATH, { body: onText === undefined ? body : { ...body, stream: true }, headers, fetchOptions })
    .asResponse()
  if (onText !== undefined && !isJson(response)) return readStream(response, call)
  const message = await readWhole(response, call)
  const text = toPlainText(message)
  if (text !== '') onText?.(text)
  return message
}

/** Some servers send errors, or whole answers, where a stream was asked for. */
const isJson = ({ headers }: Response): boolean => /^application\/json\b/i.test(headers.get('content-type') ?? '')

/** The client reads neither variables nor files. */
const createClient = (sdk: Sdk, { apiKey, baseUrl }: ServerCall['settings']): Client =>
  new sdk.Anthropic({
    apiKey: apiKey || NO_KEY,
    authToken: null,
    webhookKey: null,
    baseURL: baseUrl,
    fetch: fetchForCall,
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    logLevel: 'off',
    openTelemetry: false,
    ...(apiKey ? {} : { defaultHeaders: { authorization: null } }),
  })

const readWhole = async (response: Response, { request }: ServerCall): Promise<AnthropicMessage> => {
  const text = await request.readText(response)
  const body = readExactJson(text)
  if (isJsonObject(body) && (body.type === 'error' || isJsonObject(body.error))) throw request.refused(body)
  const message = readMessage(body)
  if (message === undefined) throw request.unreadable(text)
  if (message.stopReason === null) throw request.broken(NO_END)
  return message
}

const readStream = async (response: Response, { request, onText }: ServerCall): Promise<AnthropicMessage> => {
  const message = createMessage()
  for await (const data of readEvents(request.readPieces(response))) {
    const event = parseEvent(data, request)
    if (event.type === 'error') throw request.refused(event)
    const text = takeEvent(message, event)
    if (text !== '') onText?.(text)
    if (event.type === 'message_stop') break
  }
  if (message.stopReason === null) throw request.broken(NO_END)
  return message
}

const parseEvent = (data: string, request: ServerCall['request']): JsonObject => {
  const event = readExactJson(data)
  if (!isJsonObject(event)) throw request.broken(NO_EVENT)
  return event
}
