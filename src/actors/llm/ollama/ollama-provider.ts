import type { ChatResponse, Ollama } from 'ollama'
import { isJsonObject } from '../../../core/json.ts'
import type { LlmToolCall } from '../../../core/llm.ts'
import { type ModelRequest, NO_ANSWER, NO_END } from '../model-request.ts'
import type { LlmAnswer, LlmProvider, ProviderSettings } from '../provider.ts'
import type { ModelServer } from '../provider-definition.ts'
import { createServedProvider, type ServerCall } from '../served-provider.ts'
import { judgeLines, toExactBody } from './ollama-lines.ts'
import { toOllamaBody } from './ollama-request.ts'

/** Loads the SDK. @throws Fault `invalid_input` for a wrong address */
export const createOllamaProvider = async (server: ModelServer, given: ProviderSettings): Promise<LlmProvider> => {
  const { Ollama } = await import('ollama')
  const headers = given.apiKey ? { Authorization: `Bearer ${given.apiKey}` } : {}
  return createServedProvider(server, given, (call) => {
    const { settings, request, onText } = call
    const fetch = onText === undefined ? fetchWhole(request) : fetchLines(request)
    return perform(new Ollama({ host: settings.baseUrl, headers, fetch }), call)
  })
}

const fetchWhole =
  (request: ModelRequest): typeof fetch =>
  async (url, init) =>
    toExactBody(await request.fetch(url, init))

const fetchLines =
  (request: ModelRequest): typeof fetch =>
  async (url, init) =>
    judgeLines(await request.fetch(url, init), {
      toMalformed: () => request.broken(NO_ANSWER),
      toRefused: request.refused,
    })

const perform = async (client: Ollama, call: ServerCall): Promise<LlmAnswer> => {
  const body = toOllamaBody(call.asked, call)
  if (call.onText === undefined) return readWhole(await client.chat({ ...body, stream: false }), call.request)
  return readStream(await client.chat({ ...body, stream: true }), call)
}

const readWhole = (response: ChatResponse, request: ModelRequest): LlmAnswer => {
  if (isJsonObject(response) && response.error !== undefined) throw request.refused(response)
  if (!isJsonObject(response?.message)) throw request.broken(NO_ANSWER)
  const { content, tool_calls } = response.message
  return toAnswer(response, { text: content ?? '', calls: tool_calls ?? [] })
}

type Calls = NonNullable<ChatResponse['message']['tool_calls']>

const readStream = async (parts: AsyncIterable<ChatResponse>, { onText, request }: ServerCall): Promise<LlmAnswer> => {
  const said: { text: string; calls: Calls } = { text: '', calls: [] }
  try {
    for await (const part of parts) {
      const { content = '', tool_calls = [] } = part.message ?? {}
      said.calls.push(...tool_calls)
      said.text += content
      if (content !== '') onText?.(content)
      if (part.done) return toAnswer(part, said)
    }
  } catch (error) {
    if (error instanceof Error && error.message.startsWith(SDK_NO_END)) throw request.broken(NO_END)
    throw error
  }
  throw request.broken(NO_END)
}

/** The SDK's message for a stream without a last part. */
const SDK_NO_END = 'Did not receive done'

const toAnswer = (last: ChatResponse, { text, calls }: { text: string; calls: Calls }): LlmAnswer => ({
  text,
  toolCalls: calls.map(toCall),
  finish: last.done_reason === 'length' ? 'length' : 'stop',
  usage: toUsage(last),
})

/** Makes an id, as Ollama's calls have none. */
const toCall = ({ function: { name, arguments: value } }: Calls[number], place: number): LlmToolCall => ({
  id: `call_${place + 1}`,
  name,
  arguments: JSON.stringify(value ?? {}),
})

/** Ollama leaves out the count of a prompt that its cache held whole. */
const toUsage = ({ prompt_eval_count, eval_count }: Partial<ChatResponse>): LlmAnswer['usage'] =>
  prompt_eval_count === undefined && eval_count === undefined
    ? null
    : { input_tokens: prompt_eval_count ?? 0, cached_tokens: 0, output_tokens: eval_count ?? 0 }
