/** Ollama: models on this machine, or on one of ours. */
import type { ChatResponse, Ollama } from 'ollama'
import { isJsonObject } from '../../core/json.ts'
import type { LlmToolCall } from '../../core/llm.ts'
import { type ModelRequest, NO_ANSWER, NO_END } from './model-request.ts'
import { toOllamaUrl } from './ollama/ollama-address.ts'
import { judgeLines } from './ollama/ollama-lines.ts'
import { toOllamaBody } from './ollama/ollama-request.ts'
import type { CallOptions, LlmAnswer, LlmProvider, LlmRequest, ProviderSettings } from './provider.ts'
import { stripFence } from './returns-instruction.ts'
import { withModelRequest } from './with-model-request.ts'

/**
 * Loads the SDK. `baseUrl`: anything that OLLAMA_HOST may be; without it, this machine.
 * @throws Fault `invalid_input` for an address that can't be meant
 */
export const createOllamaProvider = async (given: ProviderSettings): Promise<LlmProvider> => {
  const baseUrl = toOllamaUrl(given.baseUrl)
  const settings = { ...given, name: given.name ?? 'ollama', baseUrl }
  const { Ollama } = await import('ollama')
  const headers = settings.apiKey ? { Authorization: `Bearer ${settings.apiKey}` } : {}
  return {
    name: settings.name,
    call: (request, options) =>
      withModelRequest({ kind: 'ollama', settings, asked: request, options }, async (wire) => {
        const fetch = options.onText === undefined ? wire.fetch : fetchLines(wire)
        const client = new Ollama({ host: baseUrl, headers, fetch })
        const answer = await perform(client, wire, { request, options })
        return request.returns === undefined ? answer : { ...answer, text: stripFence(answer.text) }
      }),
  }
}

const fetchLines =
  (wire: ModelRequest): typeof fetch =>
  async (url, init) =>
    judgeLines(await wire.fetch(url, init), { toMalformed: () => wire.broken(NO_ANSWER), toRefused: wire.refused })

const perform = async (
  client: Ollama,
  wire: ModelRequest,
  { request, options: { onText } }: { request: LlmRequest; options: CallOptions },
): Promise<LlmAnswer> => {
  const body = toOllamaBody(request)
  if (onText === undefined) return readWhole(await client.chat({ ...body, stream: false }), wire)
  return readStream(await client.chat({ ...body, stream: true }), { onText, wire })
}

const readWhole = (response: ChatResponse, wire: ModelRequest): LlmAnswer => {
  if (isJsonObject(response) && response.error !== undefined) throw wire.refused(response)
  if (!isJsonObject(response?.message)) throw wire.broken(NO_ANSWER)
  const { content, tool_calls } = response.message
  return toAnswer(response, { text: content ?? '', calls: tool_calls ?? [] })
}

type Calls = NonNullable<ChatResponse['message']['tool_calls']>

interface Streaming {
  onText: (text: string) => void
  wire: ModelRequest
}

const readStream = async (parts: AsyncIterable<ChatResponse>, { onText, wire }: Streaming): Promise<LlmAnswer> => {
  const said: { text: string; calls: Calls } = { text: '', calls: [] }
  try {
    for await (const part of parts) {
      const { content = '', tool_calls = [] } = part.message ?? {}
      said.calls.push(...tool_calls)
      said.text += content
      if (content !== '') onText(content)
      if (part.done) return toAnswer(part, said)
    }
  } catch (error) {
    if (error instanceof Error && error.message.startsWith(SDK_NO_END)) throw wire.broken(NO_END)
    throw error
  }
  throw wire.broken(NO_END)
}

/** What the SDK throws after a last part that did not say that it is the last. */
const SDK_NO_END = 'Did not receive done'

const toAnswer = (last: ChatResponse, { text, calls }: { text: string; calls: Calls }): LlmAnswer => ({
  text,
  toolCalls: calls.map(toCall),
  finish: last.done_reason === 'length' ? 'length' : 'stop',
  usage: toUsage(last),
})

/** Ollama's calls have no ids. */
const toCall = ({ function: { name, arguments: value } }: Calls[number], place: number): LlmToolCall => ({
  id: `call_${place + 1}`,
  name,
  arguments: JSON.stringify(value ?? {}),
})

/** A prompt that was in its cache as a whole it does not count. */
const toUsage = ({ prompt_eval_count, eval_count }: Partial<ChatResponse>): LlmAnswer['usage'] =>
  prompt_eval_count === undefined && eval_count === undefined
    ? null
    : { input_tokens: prompt_eval_count ?? 0, cached_tokens: 0, output_tokens: eval_count ?? 0 }
