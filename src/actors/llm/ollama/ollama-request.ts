/** Writes requests in the words of Ollama's chat interface. */
import type { ChatRequest, Message, Tool } from 'ollama'
import { Fault } from '../../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import type { LlmImage, LlmMessage, LlmTool } from '../../../core/llm.ts'
import type { LlmRequest } from '../provider.ts'
import { writeReturnsInstruction } from '../returns-instruction.ts'
import { toArgumentsObject } from '../tool-arguments.ts'
import { findThinking } from './ollama-answer.ts'

/** @param options `inWords`: `returns` is asked for in words alone. @throws Fault `invalid_input` for an image by URL */
export const toOllamaBody = (
  { model, messages, params, returns, tools = [] }: LlmRequest,
  { inWords }: { inWords: boolean },
): ChatRequest => {
  const asked: LlmMessage[] =
    returns !== undefined && inWords ? [{ role: 'system', content: writeReturnsInstruction(returns) }] : []
  const options = toOptions(params)
  return {
    model,
    messages: [...asked, ...messages].map(toMessage),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(typeof params.keep_alive === 'string' || typeof params.keep_alive === 'number'
      ? { keep_alive: params.keep_alive }
      : {}),
    ...(params.reasoning === undefined ? {} : { think: toThink(params.reasoning) }),
    ...(returns === undefined || inWords ? {} : { format: returns }),
    ...(tools.length === 0 ? {} : { tools: tools.map(toTool) }),
  }
}

const toMessage = (message: LlmMessage): Message => {
  const { role, content } = message
  if (message.role === 'user')
    return { role, content, ...(message.images === undefined ? {} : { images: message.images.map(toBytes) }) }
  if (message.role === 'tool') return { role, content, tool_name: message.name }
  if (message.role === 'system' || message.tool_calls === undefined) return { role, content }
  const calls = message.tool_calls.map(({ name, arguments: text }) => ({
    function: { name, arguments: toArgumentsObject(text) },
  }))
  const thinking = message.tool_calls.map(findThinking).find((text) => typeof text === 'string')
  return { role, content, ...(thinking !== undefined && { thinking }), tool_calls: calls }
}

/** Makes bytes. The SDK would read a file that a text names. */
const toBytes = (image: LlmImage): Uint8Array => {
  if ('base64' in image) return Buffer.from(image.base64, 'base64')
  throw new Fault(
    'invalid_input',
    'Ollama takes no image by URL: expected its bytes\nfetch it first, and hand the model the blob',
  )
}

const toTool = ({ name, description, input }: LlmTool): Tool => ({
  type: 'function',
  function: { name, description, parameters: input as NonNullable<Tool['function']['parameters']> },
})

const SAME_NAMES = [
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'num_ctx',
] as const

const toOptions = (params: JsonObject): JsonObject => {
  const options: JsonObject = {}
  for (const name of SAME_NAMES) if (params[name] !== undefined) options[name] = params[name]
  if (params.max_tokens !== undefined) options.num_predict = params.max_tokens
  if (params.stop !== undefined) options.stop = [params.stop].flat()
  return options
}

/** @param reasoning One of the levels of the definition. */
const toThink = (reasoning: JsonValue): NonNullable<ChatRequest['think']> =>
  reasoning === 'none' ? false : (reasoning as NonNullable<ChatRequest['think']>)
