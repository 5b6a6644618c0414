/** Writes requests in the words of Anthropic's Messages API: https://platform.claude.com/docs/en/api/messages/create */
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../../core/json.ts'
import type { JsonSchema } from '../../../core/json-schema.ts'
import { narrowSchema, type SchemaDialect } from '../narrow-schema.ts'
import type { LlmRequest } from '../provider.ts'
import { writeReturnsInstruction } from '../returns-instruction.ts'
import { withCacheMarks } from './anthropic-cache.ts'
import { endsUnsigned, toAnthropicMessages } from './anthropic-messages.ts'
import { isSince } from './anthropic-version.ts'

export interface AnthropicRequest {
  body: JsonObject
  headers: Record<string, string>
}

/** Anthropic requires a limit. This one is enough for an answer of some 20 pages, and all models in service take it. */
const DEFAULT_MAX_TOKENS = 8192

/** With `reasoning`, thoughts count against the limit as well. */
const DEFAULT_MAX_TOKENS_WITH_REASONING = 32_000

/**
 * The version of the interface before the one that the SDK sends. Only this version takes `temperature` and `top_p`, for models that still
 * know them (https://platform.claude.com/docs/en/api/migration-2026-10-21).
 */
const VERSION_WITH_SAMPLING = '2023-06-01'

/** @param options `inWords`: `returns` is asked for in words alone. */
export const toAnthropicRequest = (
  { model, messages, params, returns, tools }: LlmRequest,
  { inWords = false }: { inWords?: boolean } = {},
): AnthropicRequest => {
  const { temperature, top_p, stop, reasoning } = params
  const schema = returns === undefined || inWords ? undefined : toAnthropicSchema(returns)
  const { system, messages: turns } = toAnthropicMessages(messages)
  const systems = [
    system,
    returns !== undefined && schema === undefined ? writeReturnsInstruction(returns) : '',
  ].filter((text) => text !== '')
  const maxTokens = findMaxTokens(params)
  const thinking = toThinking(reasoning, { model, maxTokens, isUnsigned: endsUnsigned(messages) })
  const body = {
    model,
    max_tokens: maxTokens,
    messages: turns,
    ...(systems.length > 0 && { system: systems.join('\n\n') }),
    ...(temperature !== undefined && { temperature }),
    ...(top_p !== undefined && { top_p }),
    ...(stop !== undefined && { stop_sequences: [stop].flat() }),
    ...thinking,
    ...(schema !== undefined && { output_config: toOutputConfig(thinking, schema as JsonObject) }),
    ...(tools !== undefined && tools.length > 0 && { tools: tools.map(toTool), ...toToolChoice(params) }),
  }
  const samples = temperature !== undefined || top_p !== undefined
  return { body: withCacheMarks(body), headers: samples ? { 'anthropic-version': VERSION_WITH_SAMPLING } : {} }
}

const CHOICES: Readonly<Record<string, string>> = { auto: 'auto', required: 'any', none: 'none' }

const toToolChoice = ({ tool_choice: choice, parallel_tool_calls: parallel }: JsonObject): JsonObject => {
  if (choice === undefined && parallel !== false) return {}
  const type = ownValue(CHOICES, String(choice ?? 'auto'))
  return {
    tool_choice: {
      ...(type === undefined ? { type: 'tool', name: choice ?? '' } : { type }),
      ...(parallel === false && type !== 'none' && { disable_parallel_tool_use: true }),
    },
  }
}

const findMaxTokens = ({ max_tokens: given, reasoning }: JsonObject): number => {
  if (typeof given === 'number') return given
  return reasoning === undefined || reasoning === 'none' ? DEFAULT_MAX_TOKENS : DEFAULT_MAX_TOKENS_WITH_REASONING
}

const toOutputConfig = ({ output_config: effort }: JsonObject, schema: JsonObject): JsonObject => ({
  ...(isJsonObject(effort) ? effort : {}),
  format: { type: 'json_schema', schema },
})

const toTool = ({ name, description, input }: NonNullable<LlmRequest['tools']>[number]): JsonObject => ({
  name,
  description,
  input_schema: { type: 'object', ...(input as JsonObject) },
})

/** https://platform.claude.com/docs/en/build-with-claude/structured-outputs, JSON Schema limitations. Any other format is a 400. */
const FORMATS = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid']

const DIALECT: SchemaDialect = {
  keeps(keyword, value) {
    if (keyword === 'format') return FORMATS.includes(String(value))
    if (keyword === 'minItems') return value === 0 || value === 1
    return keyword === 'type' || keyword === 'title' || keyword === 'description'
  },
  closed: true,
  takesLiteral: (value) => typeof value !== 'object' || value === null,
}

/** Narrows a schema for `output_config.format`. Undefined: the model has to be asked in words. */
const toAnthropicSchema = (schema: JsonSchema): JsonSchema | undefined =>
  schema.type === 'object' ? narrowSchema(schema, DIALECT) : undefined

interface ThinkingOptions {
  model: string
  /** The limit of thoughts and answer together. */
  maxTokens: number
  /** True: the turn follows tool calls without thoughts, which another model made. No budget may start there. */
  isUnsigned: boolean
}

/**
 * Our levels as efforts (https://platform.claude.com/docs/en/build-with-claude/effort), within which models from 4.6 on decide, and as
 * budgets of tokens for older ones.
 */
const LEVELS: Readonly<Record<string, { effort: string; budget: number }>> = {
  minimal: { effort: 'low', budget: 1024 },
  low: { effort: 'low', budget: 2048 },
  medium: { effort: 'medium', budget: 8192 },
  high: { effort: 'high', budget: 16_384 },
  xhigh: { effort: 'xhigh', budget: 24_576 },
  max: { effort: 'max', budget: 28_000 },
}

/** The smallest budget that the interface takes. */
const LEAST_BUDGET = 1024

/** Writes the fields that set how hard the model thinks. @param given A level of the definition: `low`, `high`, `none`, … */
const toThinking = (given: JsonValue | undefined, options: ThinkingOptions): JsonObject => {
  if (given === undefined) return {}
  const reasoning = String(given)
  if (reasoning === 'none') return { thinking: { type: 'disabled' } }
  // A name without a version counts as new.
  if (isSince(options.model, [4, 6], true))
    return {
      thinking: { type: 'adaptive' },
      output_config: { effort: ownValue(LEVELS, reasoning)?.effort ?? reasoning },
    }
  // Thoughts count against max_tokens, by which the budget reserves money. Half of it is left for the answer.
  const budget = Math.min(ownValue(LEVELS, reasoning)?.budget ?? LEAST_BUDGET, Math.floor(options.maxTokens / 2))
  if (budget < LEAST_BUDGET || options.isUnsigned) return {}
  return { thinking: { type: 'enabled', budget_tokens: budget } }
}
