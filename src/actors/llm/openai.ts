/** OpenAI, and every server that speaks its chat completions interface. */
import type { OpenAI } from 'openai'
import type { LlmToolCall } from '../../core/llm.ts'
import { type ModelRequest, NO_ANSWER, NO_END } from './model-request.ts'
import { toObjectSchema, unwrapText } from './object-schema.ts'
import { fetchEvents } from './openai/openai-events.ts'
import { toOpenAiBody } from './openai/openai-request.ts'
import type { CallOptions, LlmAnswer, LlmProvider, LlmRequest, ProviderSettings } from './provider.ts'
import { KIND_FACTS } from './provider-kind.ts'
import { toArgumentsText } from './tool-arguments.ts'
import { withModelRequest } from './with-model-request.ts'

type Completion = OpenAI.Chat.ChatCompletion
type Chunk = OpenAI.Chat.ChatCompletionChunk

/** Loads the SDK. Without `baseUrl`: OpenAI's own. */
export const createOpenAiProvider = async (settings: ProviderSettings): Promise<LlmProvider> => {
  const { OpenAI } = await import('openai')
  const { name = 'openai', apiKey } = settings
  const baseUrl = settings.baseUrl || KIND_FACTS.openai.url
  const whole = { ...settings, name, baseUrl }
  const createClient = (fetch: typeof globalThis.fetch): OpenAI =>
    new OpenAI({
      ...OFF,
      apiKey: apiKey || 'none',
      baseURL: baseUrl,
      fetch,
      ...(apiKey ? {} : { defaultHeaders: { authorization: null } }),
    })
  return {
    name,
    call: (request, options) =>
      withModelRequest({ kind: 'openai', settings: whole, asked: request, options }, async (wire) => {
        const body = toOpenAiBody(request, baseUrl)
        const client = createClient(options.onText === undefined ? wire.fetch : fetchEvents(wire))
        const answer =
          options.onText === undefined
            ? readCompletion(await client.chat.completions.create(body), wire)
            : await readStream(
                await client.chat.completions.create({
                  ...body,
                  stream: true,
                  stream_options: { include_usage: true },
                }),
                { ...options, request, wire },
              )
        return isWrapped(request) ? { ...answer, text: unwrapText(answer.text) } : answer
      }),
  }
}

/** What the SDK would do by itself: retry, give up, log what it reads, take keys from the environment. */
const OFF = {
  maxRetries: 0,
  timeout: 2 ** 31 - 1,
  logLevel: 'off',
  organization: null,
  project: null,
  adminAPIKey: null,
  webhookSecret: null,
} as const

const isWrapped = ({ returns }: LlmRequest): boolean => returns !== undefined && toObjectSchema(returns).isWrapped

/** What servers say beyond the SDK's types, or leave out. */
type Loose<T> = { [K in keyof T]?: T[K] | null }

const readCompletion = (
  completion: (Loose<Completion> & { error?: unknown }) | null | undefined,
  wire: ModelRequest,
): LlmAnswer => {
  if (completion?.error) throw wire.refused(completion as never)
  const [choice] = completion?.choices ?? []
  const message = choice?.message
  if (!message) throw wire.broken(NO_ANSWER)
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

type Streaming = CallOptions & { request: LlmRequest; wire: ModelRequest }

const readStream = async (chunks: AsyncIterable<Chunk>, { onText, request, wire }: Streaming): Promise<LlmAnswer> => {
  const draft: Draft = { text: '', calls: new Map(), isRefusal: false, finish: undefined, usage: undefined }
  const hold = isWrapped(request)
  try {
    for await (const chunk of chunks) {
      const text = takeChunk(chunk, draft)
      if (text !== '' && !hold) onText?.(text)
    }
  } catch (error) {
    throw toStreamError(error, wire)
  }
  if (draft.finish === undefined) throw wire.toFault(wire.broken(NO_END))
  if (hold && draft.text !== '') onText?.(unwrapText(draft.text))
  return {
    text: draft.text,
    toolCalls: toCalls([...draft.calls.values()]),
    finish: toFinish(draft.finish, draft),
    usage: toUsage(draft.usage),
  }
}

/** The text that a chunk adds. */
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

/** Pieces of one call have one index; servers that leave it out send each call whole. */
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
const toStreamError = (error: unknown, wire: ModelRequest): Error => {
  const { error: body, status } = error as { error?: unknown; status?: unknown }
  return status === undefined && body !== undefined && body !== null
    ? wire.refused({ error: body } as never)
    : wire.toFault(error)
}

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
