/** A request in the words of Gemini's generateContent: https://ai.google.dev/api/generate-content */
import type { JsonObject } from '../../../core/json.ts'
import type { JsonSchema } from '../../../core/json-schema.ts'
import type { LlmRequest } from '../provider.ts'
import { writeReturnsInstruction } from '../returns-instruction.ts'
import { type GeminiContents, toGeminiContents } from './gemini-contents.ts'
import { toGeminiSchema } from './gemini-schema.ts'
import { toThinkingConfig } from './gemini-thinking.ts'
import { findGeminiVersion } from './gemini-version.ts'

export interface GeminiRequest {
  body: JsonObject
  /** Whether JSON is asked for in words alone: then it may come in a fence. */
  isAskedInWords: boolean
}

export const toGeminiRequest = ({ model, messages, params, returns, tools = [] }: LlmRequest): GeminiRequest => {
  const { systemInstruction, contents } = toGeminiContents(messages, model)
  const format = toFormat(returns, { model, hasTools: tools.length > 0 })
  const system = addInstruction(systemInstruction, format.instruction)
  const generationConfig = { ...toGenerationConfig(params, model), ...format.config }
  const body = {
    contents,
    ...(system !== undefined && { systemInstruction: system }),
    ...(tools.length > 0 && { tools: [{ functionDeclarations: tools.map(toDeclaration) }] }),
    ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
  }
  return { body, isAskedInWords: format.instruction !== undefined }
}

/** Our names for the vendor's. */
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

/** Models before 3 refuse JSON beside tools: they are asked in words. */
const toFormat = (
  returns: JsonSchema | undefined,
  { model, hasTools }: { model: string; hasTools: boolean },
): Format => {
  if (returns === undefined) return { config: {} }
  const instruction = writeReturnsInstruction(returns)
  if (hasTools && findGeminiVersion(model) < 3) return { config: {}, instruction }
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
