/** Writes requests in the words of the chat completions interface, which OpenAI and many others speak. */
import type { OpenAI } from 'openai'
import { type JsonObject, tryParseJson } from '../../../core/json.ts'
import type { JsonSchema } from '../../../core/json-schema.ts'
import type { LlmImage, LlmMessage, LlmTool, LlmToolCall } from '../../../core/llm.ts'
import { toObjectSchema } from '../object-schema.ts'
import type { LlmRequest } from '../provider.ts'
import type { ServerAccess } from '../provider-settings.ts'
import { writeReturnsInstruction } from '../returns-instruction.ts'
import type { CompatibleServer } from './compatible-server.ts'
import { findKept } from './kept-fields.ts'

/** Its messages have fields of other vendors too, which the SDK's types do not know. */
export type ChatBody = Omit<OpenAI.Chat.ChatCompletionCreateParamsNonStreaming, 'messages'> & { messages: JsonObject[] }
type Message = JsonObject

export interface BodyOptions {
  server: CompatibleServer
  settings: Pick<ServerAccess['settings'], 'name' | 'baseUrl' | 'structuredOutput' | 'maxTokensField'>
  /** True: `returns` is asked for in words. */
  inWords: boolean
}

export const toOpenAiBody = (request: LlmRequest, options: BodyOptions): ChatBody => {
  const { model, params, returns, tools } = request
  return {
    model,
    messages: instruct(request, options).map((message) => toMessage(message, options.settings.name)),
    ...toParameters(params, { model, ...options }),
    ...(returns === undefined || options.inWords ? {} : { response_format: toResponseFormat(returns) }),
    ...(tools === undefined || tools.length === 0 ? {} : { tools: tools.map(toTool), ...toToolParameters(params) }),
  }
}

/** Says the schema in words, where it is not sent and where the server may ignore it. Some servers take one system message alone. */
const instruct = ({ messages, returns }: LlmRequest, options: BodyOptions): readonly LlmMessage[] => {
  if (returns === undefined || (!options.inWords && keepsSchemas(options))) return messages
  const content = writeReturnsInstruction(options.inWords ? returns : toObjectSchema(returns).schema)
  const [first, ...rest] = messages
  if (first?.role !== 'system') return [{ role: 'system', content }, ...messages]
  return [{ role: 'system', content: `${first.content}\n\n${content}` }, ...rest]
}

/** True: `response_format` is known to bind the answer. Many compatible servers pass over it. */
const keepsSchemas = ({ server, settings: { baseUrl, structuredOutput } }: BodyOptions): boolean =>
  structuredOutput === 'native' || (server.keepsSchemas && isKnown(server, baseUrl))

/** False for a server of another maker, which may lack what the vendor's has. */
const isKnown = ({ isGeneric, url }: CompatibleServer, baseUrl: string): boolean =>
  !isGeneric || baseUrl.startsWith(url)

/** @param to Name of the provider, which gets back the fields that are its own. */
const toMessage = (message: LlmMessage, to: string): Message => {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content }
    case 'user': {
      const { content, images = [] } = message
      if (images.length === 0) return { role: 'user', content }
      return { role: 'user', content: [{ type: 'text', text: content }, ...images.map(toImagePart)] }
    }
    case 'assistant': {
      const { content, tool_calls = [] } = message
      if (tool_calls.length === 0) return { role: 'assistant', content }
      return toTurn(content, tool_calls, to)
    }
    case 'tool':
      return { role: 'tool', tool_call_id: message.tool_call_id, content: message.content }
  }
}

const toImagePart = (image: LlmImage): JsonObject => ({
  type: 'image_url',
  image_url: { url: 'url' in image ? image.url : `data:${image.media_type};base64,${image.base64}` },
})

const toTurn = (content: string, calls: readonly LlmToolCall[], to: string): Message => {
  const [first] = calls
  const { thinking, ...kept } = first === undefined ? {} : findKept(first, to).message
  const parts = Array.isArray(thinking)
    ? [...thinking, ...(content === '' ? [] : [{ type: 'text', text: content }])]
    : undefined
  const own = { ...kept, ...(parts !== undefined && { content: parts }) }
  const tool_calls = calls.map((call) => toCall(call, to))
  return { role: 'assistant', content: content === '' ? null : content, tool_calls, ...own }
}

/** Servers parse the arguments that they once sent, and refuse text that is not JSON. */
const toCall = (call: LlmToolCall, to: string): JsonObject => ({
  ...findKept(call, to).call,
  id: call.id,
  type: 'function',
  function: { name: call.name, arguments: tryParseJson(call.arguments) === undefined ? '{}' : call.arguments },
})

const toTool = ({ name, description, input }: LlmTool): OpenAI.Chat.ChatCompletionTool => ({
  type: 'function',
  function: { name, description, parameters: input },
})

const toToolParameters = ({ tool_choice, parallel_tool_calls }: JsonObject): JsonObject => ({
  ...(typeof tool_choice === 'string' && {
    tool_choice: CHOICES.has(tool_choice) ? tool_choice : { type: 'function', function: { name: tool_choice } },
  }),
  ...(parallel_tool_calls !== undefined && { parallel_tool_calls }),
})

const CHOICES: ReadonlySet<string> = new Set(['auto', 'required', 'none'])

const SAME_NAMES = ['temperature', 'top_p', 'seed', 'frequency_penalty', 'presence_penalty', 'stop'] as const

type Limited = BodyOptions & { model: string }

const toParameters = (params: JsonObject, limited: Limited): Partial<ChatBody> => {
  const { names = {}, toReasoning } = limited.server
  const body: JsonObject = {}
  for (const name of SAME_NAMES) if (params[name] !== undefined) body[names[name] ?? name] = params[name]
  if (params.stop !== undefined) body.stop = [params.stop].flat()
  if (params.max_tokens !== undefined) body[limitName(limited)] = params.max_tokens
  if (params.reasoning !== undefined)
    Object.assign(body, toReasoning?.(params.reasoning) ?? { reasoning_effort: params.reasoning })
  return body as Partial<ChatBody>
}

/** OpenAI's models that reason refuse the older name. Many compatible servers know no other. */
const limitName = ({ model, server, settings: { baseUrl, maxTokensField } }: Limited): string => {
  if (maxTokensField !== undefined) return maxTokensField
  if (server.isGeneric && /^(o\d|gpt-5)/.test(model)) return 'max_completion_tokens'
  return isKnown(server, baseUrl) ? server.limitName : 'max_tokens'
}

const toResponseFormat = (returns: JsonSchema): OpenAI.ResponseFormatJSONSchema => {
  const { schema } = toObjectSchema(returns)
  return { type: 'json_schema', json_schema: { name: 'answer', schema, strict: isStrict(schema) } }
}

/** Keywords that the strict mode takes. A schema with any other would be refused, so it is sent without strict mode. */
const STRICT_KEYWORDS: ReadonlySet<string> = new Set(
  `type properties required additionalProperties items enum const anyOf $ref $defs title description pattern
  minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems`.split(/\s+/),
)

/** Strict mode takes closed objects whose fields are all required. */
const isStrict = (schema: JsonSchema | boolean): boolean => {
  if (typeof schema === 'boolean') return false
  if (Object.keys(schema).some((keyword) => !STRICT_KEYWORDS.has(keyword))) return false
  const { properties, required = [], items, anyOf = [], $defs = {}, type } = schema
  const isObject = [type].flat().includes('object') || properties !== undefined
  const names = Object.keys(properties ?? {})
  if (isObject && (schema.additionalProperties !== false || names.some((name) => !required.includes(name))))
    return false
  const hasMeaning =
    type !== undefined ||
    schema.$ref !== undefined ||
    schema.anyOf !== undefined ||
    schema.enum !== undefined ||
    schema.const !== undefined
  const parts = [
    ...Object.values(properties ?? {}),
    ...Object.values($defs),
    ...anyOf,
    ...(items === undefined ? [] : [items]),
  ]
  return hasMeaning && parts.every(isStrict)
}
