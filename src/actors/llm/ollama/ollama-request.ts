/** A request in the words of Ollama's chat interface. */
import type { ChatRequest, Message, Tool } from 'ollama'
import { Fault } from '../../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import type { LlmImage, LlmMessage, LlmTool } from '../../../core/llm.ts'
import type { LlmRequest } from '../provider.ts'
import { expectReasoning } from '../reasoning-levels.ts'
import { writeReturnsInstruction } from '../returns-instruction.ts'
import { toArgumentsObject } from '../tool-arguments.ts'

/**
 * Ollama holds the model to `format` from its first token on, so that it could call no tool: with tools the schema is asked for in words.
 * @throws Fault `invalid_input` for an image by URL, and for a parameter whose value Ollama has no word for
 */
export const toOllamaBody = ({ model, messages, params, returns, tools = [] }: LlmRequest): ChatRequest => {
  const inWords = returns !== undefined && tools.length > 0
  const asked: LlmMessage[] = inWords ? [{ role: 'system', content: writeReturnsInstruction(returns) }] : []
  const options = toOptions(params)
  return {
    model,
    messages: [...asked, ...messages].map(toMessage),
    ...(Object.keys(options).length === 0 ? {} : { options }),
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
  return { role, content, tool_calls: calls }
}

/** As bytes: of a text, the SDK would first look whether it names a file. */
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

const OPTIONS: readonly [string, string][] = [
  ['temperature', 'temperature'],
  ['top_p', 'top_p'],
  ['top_k', 'top_k'],
  ['seed', 'seed'],
  ['frequency_penalty', 'frequency_penalty'],
  ['presence_penalty', 'presence_penalty'],
  ['max_tokens', 'num_predict'],
]

const toOptions = (params: JsonObject): JsonObject => {
  const options: JsonObject = {}
  for (const [ours, theirs] of OPTIONS) if (params[ours] !== undefined) options[theirs] = params[ours]
  if (params.stop !== undefined) options.stop = [params.stop].flat()
  return options
}

const toThink = (reasoning: JsonValue): NonNullable<ChatRequest['think']> => {
  const level = expectReasoning('ollama', reasoning)
  return level === 'none' ? false : (level as NonNullable<ChatRequest['think']>)
}
