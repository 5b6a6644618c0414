import type { ChatResponse, Ollama } from 'ollama'
import { isJsonObject } from '../../../core/json.ts'
import { type ModelRequest, NO_END, NO_EVENT } from '../model-request.ts'
import type { LlmAnswer, LlmProvider, ProviderSettings } from '../provider.ts'
import type { ModelServer } from '../provider-definition.ts'
import { createServedProvider, type ServerCall } from '../served-provider.ts'
import { findCutPrompt } from './cut-prompt.ts'
import { createTurn, takeLine, toAnswer } from './ollama-answer.ts'
import { judgeBody, judgeLines } from './ollama-lines.ts'
import { toOllamaBody } from './ollama-request.ts'

/** Loads the SDK. @throws Fault `invalid_input` for a wrong address */
export const createOllamaProvider = async (server: ModelServer, given: ProviderSettings): Promise<LlmProvider> => {
  const { Ollama } = await import('ollama')
  const headers = given.apiKey ? { Authorization: `Bearer ${given.apiKey}` } : {}
  return createServedProvider(server, given, async (call) => {
    const { settings, request, onText } = call
    const fetch = onText === undefined ? fetchWhole(request) : fetchLines(request)
    const answer = await perform(new Ollama({ host: settings.baseUrl, headers, fetch }), call)
    return { ...answer, ...findCutPrompt(call.asked, answer) }
  })
}

const fetchWhole =
  (request: ModelRequest): typeof fetch =>
  async (url, init) =>
    judgeBody(await request.fetch(url, init), {
      toMalformed: request.unreadable,
      toRefused: request.refused,
    })

const fetchLines =
  (request: ModelRequest): typeof fetch =>
  async (url, init) =>
    judgeLines(await request.fetch(url, init), {
      toMalformed: () => request.broken(NO_EVENT),
      toRefused: request.refused,
    })

const perform = async (client: Ollama, call: ServerCall): Promise<LlmAnswer> => {
  const body = toOllamaBody(call.asked, call)
  if (call.onText === undefined) return readWhole(await client.chat({ ...body, stream: false }), call)
  return readStream(await client.chat({ ...body, stream: true }), call)
}

const readWhole = (response: ChatResponse, { request }: ServerCall): LlmAnswer => {
  const turn = createTurn()
  if (isJsonObject(response)) takeLine(turn, response)
  if (turn.doneReason === undefined) throw request.broken(NO_END)
  return toAnswer(turn, turn.doneReason)
}

const readStream = async (parts: AsyncIterable<ChatResponse>, { onText, request }: ServerCall): Promise<LlmAnswer> => {
  const turn = createTurn()
  try {
    for await (const part of parts) {
      const text = isJsonObject(part) ? takeLine(turn, part) : ''
      if (text !== '') onText?.(text)
      if (turn.doneReason !== undefined) return toAnswer(turn, turn.doneReason)
    }
  } catch (error) {
    if (error instanceof Error && error.message.startsWith(SDK_NO_END)) throw request.broken(NO_END)
    throw error
  }
  throw request.broken(NO_END)
}

/** The SDK's message for a stream without a last part. */
const SDK_NO_END = 'Did not receive done'
