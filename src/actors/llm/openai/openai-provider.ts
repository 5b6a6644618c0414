/** OpenAI, and each server that speaks its chat completions interface. */
import type { OpenAI } from 'openai'
import { isJsonObject, type JsonObject, type JsonValue, tryParseJson } from '../../../core/json.ts'
import type { LlmToolCall } from '../../../core/llm.ts'
import { type ModelRequest, NO_ANSWER, NO_END } from '../model-request.ts'
import { toObjectSchema, unwrapText } from '../object-schema.ts'
import type { LlmAnswer, LlmProvider, ProviderSettings } from '../provider.ts'
import { createServedProvider, type ServerCall } from '../served-provider.ts'
import { toArgumentsText } from '../tool-arguments.ts'
import type { CompatibleServer } from './compatible-server.ts'
import { type ChatBody, toOpenAiBody } from './openai-request.ts'

type Completion = OpenAI.Chat.ChatCompletion
type Chunk = OpenAI.Chat.ChatCompletionChunk

/** Loads the SDK. */
export const createOpenAiProvider = async (server: CompatibleServer, given: ProviderSettings): Promise<LlmProvider> => {
  const { OpenAI } = await import('openai')
  return createServedProvider(server, given, async (call) => {
    const { settings, asked, request, onText } = call
    const client = new OpenAI({
      ...OFF,
      apiKey: settings.apiKey || 'none',
      baseURL: settings.baseUrl,
      fetch: onText === undefined ? request.fetch : fetchEvents(request),
      ...(settings.apiKey ? {} : { defaultHeaders: { authorization: null } }),
    })
    const answer = await perform(client.chat.completions, toOpenAiBody(asked, { ...call, server }), call)
    return isWrapped(call) ? { ...answer, text: unwrapText(answer.text) } : answer
  })
}

const perform = async (client: OpenAI.Chat.Completions, body: ChatBody, call: ServerCall): Promise<LlmAnswer> => {
  if (call.onText === undefined) return readCompletion(await client.create(body), call.request)
  const stream = { stream: true, stream_options: { include_usage: true } } as const
  return readStream(await client.create({ ...body, ...stream }), call)
}

/**
 * Makes a `fetch` that turns a JSON object into a stream of one event. Some servers send an object where a stream was asked for: an error,
 * or an answer, as they know no streams. The SDK would pass over it as over a comment.
 * @throws Fault for an error, and for an object that is not an answer
 */
const fetchEvents =
  (wire: ModelRequest): typeof fetch =>
  async (url, init) => {
    const response = await wire.fetch(url, init)
    if (!/^application\/json\b/i.test(response.headers.get('content-type') ?? '')) return response
    const body = tryParseJson(await response.text())
    if (isJsonObject(body) && body.error) throw wire.refused(body)
    if (!isJsonObject(body) || !Array.isArray(body.choices)) throw wire.broken(NO_ANSWER)
    const event = { ...body, choices: body.choices.filter(isJsonObject).map(toDelta) }
    return new Response(`data: ${JSON.stringify(event)}\n\n`, { headers: { 'content-type': 'text/event-stream' } })
  }

const toDelta = ({ message = null, ...choice }: JsonObject): JsonObject => ({ ...choice, delta: message })

/** True: the schema that was sent holds the answer in a field. */
const isWrapped = ({ asked: { returns }, inWords }: ServerCall): boolean =>
  returns !== undefined && !inWords && toObjectSchema(returns).isWrapped

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

/** Servers leave fields out, or send null, beyond the SDK's types. */
type Loose<T> = { [K in keyof T]?: T[K] | null }

const readCompletion = (
  completion: (Loose<Completion> & { error?: unknown }) | null | undefined,
  request: ModelRequest,
): LlmAnswer => {
  if (completion?.error) throw request.refused(toErrorBody(completion.error))
  const [choice] = completion?.choices ?? []
  const message = choice?.message
  if (!message) throw request.broken(NO_ANSWER)
  const calls = (message.tool_calls ?? []).flatMap((call) =>
    call.type === 'function' ? [{ id: call.id, ...call.function }] : [],
  )
  return {
    text: message.content || message.refusal || '',
    toolCalls: toCalls(calls),
    finish: toFinish(choice.finish_reason, { isRefusal: Boolean(message.refusal) }),
    usage: toUsage(completion?.usage),
  }
}

interface Draft {
  text: string
  calls: Map<number | string, { id: string; name: string; arguments: string }>
  isRefusal: boolean
  finish: string | undefined
  usage: Chunk['usage']
}

const readStream = async (chunks: AsyncIterable<Chunk>, call: ServerCall): Promise<LlmAnswer> => {
  const { onText, request } = call
  const draft: Draft = { text: '', calls: new Map(), isRefusal: false, finish: undefined, usage: undefined }
  // The text of a wrapped value is unwrapped as a whole.
  const hold = isWrapped(call)
  try {
    for await (const chunk of chunks) {
      const text = takeChunk(chunk, draft)
      if (text !== '' && !hold) onText?.(text)
    }
  } catch (error) {
    throw toStreamError(error, request)
  }
  if (draft.finish === undefined) throw request.broken(NO_END)
  if (hold && draft.text !== '') onText?.(unwrapText(draft.text))
  return {
    text: draft.text,
    toolCalls: toCalls([...draft.calls.values()]),
    finish: toFinish(draft.finish, draft),
    usage: toUsage(draft.usage),
  }
}

/** Takes a chunk into the draft. Returns the text that it adds. */
const takeChunk = (chunk: Loose<Chunk> | null, draft: Draft): string => {
  if (chunk?.usage) draft.usage = chunk.usage
  const [choice] = chunk?.choices ?? []
  if (choice?.finish_reason) draft.finish = choice.finish_reason
  const { content, refusal, tool_calls } = choice?.delta ?? {}
  if (refusal) draft.isRefusal = true
  for (const part of tool_calls ?? []) takeCall(part, draft.calls)
  const text = content || refusal || ''
  draft.text += text
  return text
}

/** Pieces of one call share an index. Servers that leave the index out send each call whole. */
const takeCall = (
  { index, id, function: part }: Loose<OpenAI.Chat.ChatCompletionChunk.Choice.Delta.ToolCall>,
  calls: Draft['calls'],
): void => {
  const place = index ?? id ?? calls.size
  const call = calls.get(place) ?? { id: '', name: '', arguments: '' }
  calls.set(place, {
    id: call.id || (id ?? ''),
    name: call.name || (part?.name ?? ''),
    arguments: call.arguments + (part?.arguments ?? ''),
  })
}

/** The SDK throws an error event as an error without a status, which keeps the event. */
const toStreamError = (error: unknown, request: ModelRequest): unknown => {
  const { error: body, status } = error as { error?: unknown; status?: unknown }
  return status === undefined && body !== undefined && body !== null ? request.refused(toErrorBody(body)) : error
}

/** @param error Parsed from JSON by the SDK. */
const toErrorBody = (error: unknown): JsonObject => ({ error: error as JsonValue })

/** Some servers leave ids out, or give the same one twice. */
const toCalls = (calls: readonly { id: string; name: string; arguments: string }[]): LlmToolCall[] => {
  const seen = new Set<string>()
  return calls.map(({ id, name, arguments: text }, place) => {
    const own = id && !seen.has(id) ? id : `call_${place + 1}`
    seen.add(own)
    return { id: own, name, arguments: toArgumentsText(text) }
  })
}

const toFinish = (reason: string | null | undefined, { isRefusal }: { isRefusal: boolean }): LlmAnswer['finish'] => {
  if (isRefusal || reason === 'content_filter') return 'refused'
  return reason === 'length' ? 'length' : 'stop'
}

const toUsage = (usage: Loose<OpenAI.CompletionUsage> | null | undefined): LlmAnswer['usage'] => {
  const { prompt_tokens, completion_tokens, prompt_tokens_details: details } = usage ?? {}
  if (typeof prompt_tokens !== 'number' && typeof completion_tokens !== 'number') return null
  const written = details?.cache_write_tokens ?? 0
  return {
    input_tokens: prompt_tokens ?? 0,
    cached_tokens: details?.cached_tokens ?? 0,
    ...(written > 0 && { cache_write_tokens: written }),
    output_tokens: completion_tokens ?? 0,
  }
}
