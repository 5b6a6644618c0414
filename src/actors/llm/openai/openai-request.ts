/** A request in the words of the chat completions interface, which OpenAI and many others speak. */
import type { OpenAI } from 'openai'
import type { JsonObject } from '../../../core/json.ts'
import type { JsonSchema } from '../../../core/json-schema.ts'
import type { LlmImage, LlmMessage, LlmTool } from '../../../core/llm.ts'
import { toObjectSchema } from '../object-schema.ts'
import type { LlmRequest } from '../provider.ts'
import { KIND_FACTS } from '../provider-kind.ts'
import { expectReasoning } from '../reasoning-levels.ts'
import { toArgumentsText } from '../tool-arguments.ts'

type Body = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming
type Message = OpenAI.Chat.ChatCompletionMessageParam

/** @throws Fault `invalid_input` for a parameter whose value the interface has no word for */
export const toOpenAiBody = (request: LlmRequest, baseUrl: string): Body => {
  const { model, messages, params, returns, tools } = request
  return {
    model,
    messages: messages.map(toMessage),
    ...toParameters(params, { model, baseUrl }),
    ...(returns === undefined ? {} : { response_format: toResponseFormat(returns) }),
    ...(tools === undefined || tools.length === 0 ? {} : { tools: tools.map(toTool) }),
  }
}

const toMessage = (message: LlmMessage): Message => {
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
      return { role: 'assistant', content: content === '' ? null : content, tool_calls: tool_calls.map(toCall) }
    }
    case 'tool':
      return { role: 'tool', tool_call_id: message.tool_call_id, content: message.content }
  }
}

const toImagePart = (image: LlmImage): OpenAI.Chat.ChatCompletionContentPartImage => ({
  type: 'image_url',
  image_url: { url: 'url' in image ? image.url : `data:${image.media_type};base64,${image.base64}` },
})

/** Servers parse the arguments that they once sent: what is no JSON would be refused. */
const toCall = ({ id, name, arguments: text }: { id: string; name: string; arguments: string }) => ({
  id,
  type: 'function' as const,
  function: { name, arguments: isJson(text) ? toArgumentsText(text) : '{}' },
})

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const toTool = ({ name, description, input }: LlmTool): OpenAI.Chat.ChatCompletionTool => ({
  type: 'function',
  function: { name, description, parameters: input },
})

const SAME_NAMES = ['temperature', 'top_p', 'seed', 'frequency_penalty', 'presence_penalty', 'stop'] as const

const toParameters = (params: JsonObject, { model, baseUrl }: { model: string; baseUrl: string }): Partial<Body> => {
  const body: JsonObject = {}
  for (const name of SAME_NAMES) if (params[name] !== undefined) body[name] = params[name]
  if (params.stop !== undefined) body.stop = [params.stop].flat()
  if (params.max_tokens !== undefined) body[limitName({ model, baseUrl })] = params.max_tokens
  if (params.reasoning !== undefined) body.reasoning_effort = expectReasoning('openai', params.reasoning)
  return body as Partial<Body>
}

/** OpenAI's models that reason refuse the older name; many servers that speak like OpenAI know no other. */
const limitName = ({ model, baseUrl }: { model: string; baseUrl: string }): 'max_completion_tokens' | 'max_tokens' =>
  baseUrl.startsWith(KIND_FACTS.openai.url) || /^(o\d|gpt-5)/.test(model) ? 'max_completion_tokens' : 'max_tokens'

const toResponseFormat = (returns: JsonSchema): OpenAI.ResponseFormatJSONSchema => {
  const { schema } = toObjectSchema(returns)
  return { type: 'json_schema', json_schema: { name: 'answer', schema, strict: isStrict(schema) } }
}

/** What the strict mode takes: with any other keyword the request would be refused, so the model is only asked for it then. */
const STRICT_KEYWORDS: ReadonlySet<string> = new Set(
  `type properties required additionalProperties items enum const anyOf $ref $defs title description pattern
  minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems`.split(/\s+/),
)

/** Strict: objects are closed and all their fields required. */
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
