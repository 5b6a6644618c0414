/** Writes requests in the words of Gemini's generateContent: https://ai.google.dev/api/generate-content */
import { type JsonObject, type JsonValue, ownValue } from '../../../core/json.ts'
import type { JsonSchema } from '../../../core/json-schema.ts'
import { narrowSchema, type SchemaDialect } from '../narrow-schema.ts'
import type { LlmRequest } from '../provider.ts'
import { writeReturnsInstruction } from '../returns-instruction.ts'
import { type GeminiContents, toGeminiContents } from './gemini-contents.ts'
import { findGeminiVersion } from './gemini-version.ts'

const toToolConfig = ({ tool_choice: choice }: JsonObject): JsonObject => {
  if (typeof choice !== 'string') return {}
  const mode = ownValue(MODES, choice)
  const config = mode === undefined ? { mode: 'ANY', allowedFunctionNames: [choice] } : { mode }
  return { toolConfig: { functionCallingConfig: config } }
}

const MODES: Readonly<Record<string, string>> = { auto: 'AUTO', required: 'ANY', none: 'NONE' }

/** @param options `inWords`: `returns` is asked for in words alone. */
export const toGeminiRequest = (
  { model, messages, params, returns, tools = [] }: LlmRequest,
  { inWords }: { inWords: boolean },
): JsonObject => {
  const { systemInstruction, contents } = toGeminiContents(messages, model)
  const format = toFormat(returns, inWords)
  const system = addInstruction(systemInstruction, format.instruction)
  const generationConfig = { ...toGenerationConfig(params, model), ...format.config }
  return {
    contents,
    ...(system !== undefined && { systemInstruction: system }),
    ...(tools.length > 0 && { tools: [{ functionDeclarations: tools.map(toDeclaration) }], ...toToolConfig(params) }),
    ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
  }
}

/** Maps our names to the vendor's. */
const toGenerationConfig = (params: JsonObject, model: string): JsonObject => {
  const { temperature, top_p, max_tokens, stop, seed, reasoning } = params
  const thinkingConfig = toThinkingConfig(reasoning, model)
  return {
    ...(temperature !== undefined && { temperature }),
    ...(top_p !== undefined && { topP: top_p }),
    ...(max_tokens !== undefined && { maxOutputTokens: max_tokens }),
    ...(stop !== undefined && { stopSequences: [stop].flat() }),
    ...(seed !== undefined && { seed }),
    ...(thinkingConfig !== undefined && { thinkingConfig }),
  }
}

interface Format {
  config: JsonObject
  instruction?: string
}

const toFormat = (returns: JsonSchema | undefined, inWords: boolean): Format => {
  if (returns === undefined) return { config: {} }
  const instruction = writeReturnsInstruction(returns)
  if (inWords) return { config: {}, instruction }
  const schema = toGeminiSchema(returns)
  const responseMimeType = 'application/json'
  if (schema === undefined) return { config: { responseMimeType }, instruction }
  return { config: { responseMimeType, responseJsonSchema: schema as JsonObject } }
}

const addInstruction = (
  system: GeminiContents['systemInstruction'],
  instruction: string | undefined,
): GeminiContents['systemInstruction'] =>
  instruction === undefined ? system : { role: 'system', parts: [...(system?.parts ?? []), { text: instruction }] }

const toDeclaration = ({ name, description, input }: NonNullable<LlmRequest['tools']>[number]): JsonObject => {
  const schema = toGeminiSchema(input)
  return schema === undefined
    ? { name, description: `${description}\nIts input is an instance of this JSON Schema: ${JSON.stringify(input)}` }
    : { name, description, parametersJsonSchema: schema as JsonObject }
}

/** Keywords of `responseJsonSchema` and `parametersJsonSchema`: https://ai.google.dev/api/generate-content#FIELDS.response_json_schema */
const KEYWORDS = ['type', 'title', 'description', 'minItems', 'maxItems', 'minimum', 'maximum']

const FORMATS = ['date-time', 'date', 'time']

const DIALECT: SchemaDialect = {
  keeps: (keyword, value) => KEYWORDS.includes(keyword) || (keyword === 'format' && FORMATS.includes(String(value))),
  closed: false,
  takesLiteral: (value) => typeof value === 'string' || typeof value === 'number',
}

/** Narrows a schema for Gemini. Undefined: the model has to be asked in words. */
const toGeminiSchema = (schema: JsonSchema): JsonSchema | undefined => narrowSchema(schema, DIALECT)

/** Levels of models from 3 on, and budgets of tokens for older ones: https://ai.google.dev/gemini-api/docs/thinking */
const LEVELS: Readonly<Record<string, { level: string; budget: number }>> = {
  none: { level: 'minimal', budget: 0 },
  minimal: { level: 'minimal', budget: 512 },
  low: { level: 'low', budget: 1024 },
  medium: { level: 'medium', budget: 8192 },
  high: { level: 'high', budget: 24_576 },
  xhigh: { level: 'high', budget: 24_576 },
  max: { level: 'high', budget: 24_576 },
}

/** Pro models can't go without thoughts. */
const LEAST_BUDGET_OF_PRO = 128

/** @param given A level of the definition: `low`, `high`, `none`, … */
const toThinkingConfig = (given: JsonValue | undefined, model: string): JsonObject | undefined => {
  if (given === undefined) return undefined
  const reasoning = String(given)
  if (findGeminiVersion(model) >= 3) return { thinkingLevel: ownValue(LEVELS, reasoning)?.level ?? reasoning }
  const budget = ownValue(LEVELS, reasoning)?.budget
  if (budget === undefined) return undefined
  return { thinkingBudget: model.includes('pro') ? Math.max(budget, LEAST_BUDGET_OF_PRO) : budget }
}
