import { pickParameters } from '../../../core/model-parameters.ts'
import { toCompatible } from '../openai/compatible.ts'
import { toChatEmbeddings } from '../openai/openai-embeddings.ts'

/** https://docs.mistral.ai/api */
export const mistral = toCompatible({
  kind: 'mistral',
  variables: { keys: ['MISTRAL_API_KEY'], address: 'MISTRAL_BASE_URL' },
  url: 'https://api.mistral.ai/v1',
  priceVendor: 'mistral',
  parameters: pickParameters(
    ...(['temperature', 'top_p', 'max_tokens', 'stop', 'seed'] as const),
    ...(['frequency_penalty', 'presence_penalty', 'tool_choice', 'parallel_tool_calls'] as const),
  ),
  keepsSchemas: true,
  // A request holds 16,384 tokens.
  embeddings: toChatEmbeddings({ texts: 256, bytes: 16_000 }, 'output_dimension'),
  names: { seed: 'random_seed' },
  // A stream ends with the usage unasked, and fields beyond the documented ones are refused.
  streamUsage: false,
  toolIds: { pattern: /^[A-Za-z0-9]{9}$/, make: (count) => `call${String(count).padStart(5, '0')}` },
})
