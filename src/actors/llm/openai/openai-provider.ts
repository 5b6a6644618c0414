/**
 * OpenAI, and each server that speaks its chat completions interface.
 *
 * The SDK writes the request and signs it. Answers are read here: the SDK's types describe OpenAI's own wire, and its stream loses the end
 * mark, the digits of numbers, and errors outside of events.
 */
import type { OpenAI } from 'openai'
import { isJsonObject, type JsonObject } from '../../../core/json.ts'
import { findAnswerJson } from '../answer-json.ts'
import { readEvents } from '../event-stream.ts'
import { readExactJson } from '../exact-json.ts'
import { NO_END, NO_EVENT } from '../model-request.ts'
import { toObjectSchema, unwrapText } from '../object-schema.ts'
import type { LlmAnswer, LlmProvider, ProviderSettings } from '../provider.ts'
import { createServedProvider, type ServerCall } from '../served-provider.ts'
import { fetchForCall, toFetchOptions } from '../shared-client.ts'
import { type ChatDraft, createDraft, findFinish, isAnswer, takeBody, toAnswer } from './chat-draft.ts'
import type { MessageField } from './chat-message.ts'
import type { CompatibleServer } from './compatible-server.ts'
import { toOpenAiBody } from './openai-request.ts'

const PATH = '/chat/completions'

/** Loads the SDK. */
export const createOpenAiProvider = async (server: CompatibleServer, given: ProviderSettings): Promise<LlmProvider> => {
  const { OpenAI } = await import('openai')
  const createClient = ({ apiKey, baseUrl }: ServerCall['settings']): OpenAI =>
    new OpenAI({
      ...OFF,
      apiKey: apiKey || 'none',
      baseURL: baseUrl,
      fetch: fetchForCall,
      // A server without keys is sent none.
      defaultHeaders: { authorization: null, ...(apiKey ? server.probe.headers(apiKey) : {}) },
    })
  let client: OpenAI | undefined
  return createServedProvider(server, given, (call) => {
    const { settings, asked } = call
    client ??= createClient(settings)
    const path = server.path?.(asked.model, settings.query ?? {}) ?? PATH
    return perform(client, { path, server, call })
  })
}

/** Keeps the SDK from retrying, timing out, logging, and taking keys from the environment. */
const OFF = {
  maxRetries: 0,
  timeout: 2 ** 31 - 1,
  logLevel: 'off',
  organization: null,
  project: null,
  adminAPIKey: null,
  webhookSecret: null,
} as const

interface Exchange {
  path: string
  server: CompatibleServer
  call: ServerCall
}

const perform = async (client: OpenAI, { path, server, call }: Exchange): Promise<LlmAnswer> => {
  const body = toOpenAiBody(call.asked, { ...call, server })
  const response = await client
    .post(path, {
      body: call.onText === undefined ? body : { ...body, ...toStream(server, call) },
      fetchOptions: toFetchOptions(call.request),
    })
    .asResponse()
  const reading: Reading = { call, draft: createDraft(), hold: isWrapped(call) }
  // Some servers send an object where a stream was asked for, or a stream where an object was.
  if (isStream(response, call)) await readStream(response, reading)
  else await readWhole(response, reading)
  return finish(reading)
}

const toStream = ({ streamUsage: asksByDefault }: CompatibleServer, { settings: { streamUsage } }: ServerCall) =>
  (streamUsage ?? asksByDefault) ? { stream: true, stream_options: { include_usage: true } } : { stream: true }

const isStream = ({ headers }: Response, { onText }: ServerCall): boolean => {
  const type = headers.get('content-type') ?? ''
  return onText === undefined ? /^text\/event-stream\b/i.test(type) : !/^application\/json\b/i.test(type)
}

/** True: the schema that was sent holds the answer in a field. */
const isWrapped = ({ asked: { returns }, inWords }: ServerCall): boolean =>
  returns !== undefined && !inWords && toObjectSchema(returns).isWrapped

interface Reading {
  call: ServerCall
  draft: ChatDraft
  /** True: the text is in a field of the answer. It is unwrapped as a whole, and not streamed. */
  hold: boolean
}

const readWhole = async (response: Response, reading: Reading): Promise<void> => {
  const { call, draft } = reading
  const text = await call.request.readText(response)
  const body = readExactJson(text)
  take(body, { text, field: 'message', reading })
  if (!draft.isMessage) throw call.request.unreadable(text)
  if (!isNull(body)) assumeEnd(draft)
}

/** Takes an answer without a finish reason for a success. */
const assumeEnd = ({ finishes, spoken, called }: ChatDraft): void => {
  if (finishes.size === 0) finishes.set(spoken ?? called ?? 0, 'stop')
}

/** True for a choice that says that it has not ended. A server that leaves the field out has none. */
const isNull = (body: unknown): boolean =>
  isAnswer(body) && [body.choices ?? []].flat().some((choice) => isJsonObject(choice) && choice.finish_reason === null)

const readStream = async (response: Response, reading: Reading): Promise<void> => {
  const { draft } = reading
  let isDone = false
  for await (const text of readEvents(reading.call.request.readPieces(response), () => (isDone = true))) {
    const event = readExactJson(text)
    if (event === undefined) throw reading.call.request.broken(NO_EVENT)
    take(event, { text, field: 'delta', reading })
  }
  if (isDone && draft.isMessage) assumeEnd(draft)
}

interface Taking {
  text: string
  field: MessageField
  reading: Reading
}

/** @throws Fault for an error in a 200, and for anything that is not an answer */
const take = (body: unknown, { text, field, reading: { call, draft, hold } }: Taking): void => {
  const { request } = call
  if (isJsonObject(body) && body.error) throw request.refused({ error: body.error })
  if (field === 'message' && isJsonObject(body) && !isAnswer(body) && isRefusal(body)) throw request.refused(body)
  // A chunk without choices tells of usage, or of something that is no part of the answer.
  if (!isJsonObject(body) || (field === 'message' && !isAnswer(body))) throw request.unreadable(text)
  const piece = takeBody(draft, body, field)
  if (piece.error !== undefined) throw request.refused({ error: piece.error })
  if (piece.text !== '' && !hold) call.onText?.(piece.text)
}

/** True for an error outside of the field `error`, as Mistral sends it: `{ object: 'error', message }`. */
const isRefusal = ({ object, type, message }: JsonObject): boolean =>
  typeof message === 'string' && (object === 'error' || type === 'error')

const finish = ({ call, draft, hold }: Reading): LlmAnswer => {
  const { request, onText, settings } = call
  const end = findFinish(draft)
  if (end === undefined) throw request.broken(NO_END)
  const answer = toAnswer(draft, { finish: end, from: settings.name })
  if (!hold) return answer
  const text = unwrapText(findAnswerJson(answer.text))
  if (text !== '') onText?.(text)
  return { ...answer, text }
}
