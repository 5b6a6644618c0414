/** The vendors that speak OpenAI's chat completions with differences of their own, as their references document them. */
import { azure } from '../../../src/actors/llm/azure/index.ts'
import { deepseek } from '../../../src/actors/llm/deepseek/index.ts'
import { groq } from '../../../src/actors/llm/groq/index.ts'
import { mistral } from '../../../src/actors/llm/mistral/index.ts'
import type { CompatibleServer } from '../../../src/actors/llm/openai/compatible-server.ts'
import { openrouter } from '../../../src/actors/llm/openrouter/index.ts'
import { xai } from '../../../src/actors/llm/xai/index.ts'
import { isJsonObject, type JsonObject } from '../../../src/core/json.ts'
import type { ReceivedRequest } from '../http-server.ts'
import { openaiWire } from './openai.ts'
import type { WireRequest, WireVendor } from './wire.ts'

interface Own extends Partial<WireVendor> {
  model: string
  /** Parameters by our names, read from the vendor's body. */
  params?: (body: JsonObject) => JsonObject
  apiKey?: (request: ReceivedRequest) => string | undefined
}

const parse = ({ body }: ReceivedRequest): JsonObject => JSON.parse(body)

const toWire = (server: CompatibleServer, { params, apiKey, ...own }: Own): WireVendor => ({
  ...openaiWire,
  name: server.kind,
  createProvider: server.create,
  readRequest(request): WireRequest {
    const read = openaiWire.readRequest(request)
    return {
      ...read,
      ...(apiKey !== undefined && { apiKey: apiKey(request) }),
      params: { ...read.params, ...params?.(parse(request)) },
    }
  },
  ...own,
})

const NO_SCHEMAS = 'the vendor knows no schemas'

export const mistralWire = toWire(mistral, {
  model: 'mistral-large-latest',
  idForm: /^[A-Za-z0-9]{9}$/,
  params: ({ random_seed }) => (random_seed === undefined ? {} : { seed: random_seed }),
  // The usage comes unasked; an unknown field is refused.
  encodeStream: (answer, request) => {
    const body = parse(request)
    if (body.stream_options !== undefined || body.seed !== undefined) throw new Error('422: extra fields not permitted')
    return openaiWire.encodeStream(answer, { ...request, body: JSON.stringify({ ...body, stream_options: {} }) })
  },
  skips: { reasoning: 'the vendor has models for it' },
})

export const xaiWire = toWire(xai, { model: 'grok-3' })

export const deepseekWire = toWire(deepseek, {
  model: 'deepseek-chat',
  basePath: '',
  skips: { seed: 'the vendor has none', reasoning: 'the vendor has models for it', schema: NO_SCHEMAS },
})

export const groqWire = toWire(groq, { model: 'llama-3.3-70b-versatile', basePath: '/openai/v1' })

export const openrouterWire = toWire(openrouter, {
  model: 'mistralai/mistral-large',
  basePath: '/api/v1',
  params: ({ reasoning }) =>
    isJsonObject(reasoning) && reasoning.effort !== undefined ? { reasoning: reasoning.effort } : {},
})

export const azureWire = toWire(azure, {
  model: 'gpt-4.1-mini',
  basePath: '',
  apiKey: ({ headers }) => {
    const key = headers['api-key']
    return typeof key === 'string' && headers.authorization === undefined ? key : undefined
  },
})
