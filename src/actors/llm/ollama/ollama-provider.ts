/**
 * Ollama, by its SDK.
 *
 * The SDK writes the request. Answers are read here: the SDK changes numbers that lose digits, prints a line that is not JSON to the console
 * and leaves it out of the answer, and its error for an error line can't be told from others.
 */
import type { Ollama } from 'ollama'
import { isJsonObject, type JsonObject } from '../../../core/json.ts'
import { readExactJson } from '../exact-json.ts'
import { NO_END, NO_EVENT } from '../model-request.ts'
import type { LlmAnswer, LlmProvider, ProviderSettings } from '../provider.ts'
import type { ModelServer } from '../provider-definition.ts'
import { createServedProvider, type ServerCall } from '../served-provider.ts'
import { readLines } from '../stream-lines.ts'
import { findCutPrompt } from './cut-prompt.ts'
import { createTurn, takeLine, toAnswer } from './ollama-answer.ts'
import { toOllamaBody } from './ollama-request.ts'

/** Loads the SDK. @throws Fault `invalid_input` for a wrong address */
export const createOllamaProvider = async (server: ModelServer, given: ProviderSettings): Promise<LlmProvider> => {
  const { Ollama } = await import('ollama')
  const headers = given.apiKey ? { Authorization: `Bearer ${given.apiKey}` } : {}
  return createServedProvider(server, given, async (call) => {
    const { settings, asked, request, onText } = call
    let response = UNREAD
    const fetch: typeof request.fetch = async (url, init) => {
      response = await request.fetch(url, init)
      return onText === undefined ? UNREAD : response
    }
    await send(new Ollama({ host: settings.baseUrl, headers, fetch }), call)
    const answer = onText === undefined ? await readWhole(response, call) : await readStream(response, call)
    return { ...answer, ...findCutPrompt(asked, answer) }
  })
}

/** Stands for a whole answer, which the SDK would read. It reads a stream only when asked for its parts. */
const UNREAD: Response = Object.assign(new Response(), { json: () => Promise.resolve(null) })

const send = (client: Ollama, call: ServerCall): Promise<unknown> => {
  const body = toOllamaBody(call.asked, call)
  return call.onText === undefined ? client.chat({ ...body, stream: false }) : client.chat({ ...body, stream: true })
}

const readWhole = async (response: Response, { request }: ServerCall): Promise<LlmAnswer> => {
  const text = await request.readText(response)
  const body = readExactJson(text)
  if (isJsonObject(body) && body.error) throw request.refused(body)
  if (!isJsonObject(body) || !isJsonObject(body.message)) throw request.unreadable(text)
  const turn = createTurn()
  takeLine(turn, body)
  if (turn.doneReason === undefined) throw request.broken(NO_END)
  return toAnswer(turn, turn.doneReason)
}

const readStream = async (response: Response, { onText, request }: ServerCall): Promise<LlmAnswer> => {
  const turn = createTurn()
  for await (const line of readLines(request.readPieces(response))) {
    const text = takeLine(turn, parse(line, request))
    if (text !== '') onText?.(text)
    if (turn.doneReason !== undefined) return toAnswer(turn, turn.doneReason)
  }
  throw request.broken(NO_END)
}

/** @throws Fault for a line that is an error, and for one that is no part of an answer */
const parse = (line: string, request: ServerCall['request']): JsonObject => {
  const value = readExactJson(line)
  if (!isJsonObject(value)) throw request.broken(NO_EVENT)
  if (value.error) throw request.refused(value)
  return value
}
