/** What `params` of an `llm` step takes. */
import type { JsonSchema } from '../../core/json-schema.ts'

const NUMBER: JsonSchema = { type: 'number' }

export const MODEL_PARAMETERS: Readonly<Record<string, JsonSchema>> = {
  temperature: NUMBER,
  top_p: NUMBER,
  top_k: NUMBER,
  max_tokens: NUMBER,
  seed: NUMBER,
  frequency_penalty: NUMBER,
  presence_penalty: NUMBER,
  stop: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
  /** How hard a model that reasons may think: a level or a budget of tokens. */
  reasoning: {},
  /** Of `mock/script` alone: the answers, or the file that holds them. */
  script: { anyOf: [{ type: 'string' }, { type: 'array' }] },
}

/** What `messages` of an `llm` step is. */
export const MESSAGES: JsonSchema = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      role: { enum: ['system', 'user', 'assistant'] },
      content: { anyOf: [{ type: 'string' }, { type: 'array' }] },
    },
    required: ['role', 'content'],
    additionalProperties: false,
  },
}
