import { toCompatible } from '../openai/compatible.ts'

/** Grok: https://docs.x.ai/docs/api-reference */
export const xai = toCompatible({
  kind: 'xai',
  variables: { keys: ['XAI_API_KEY'], address: 'XAI_BASE_URL' },
  url: 'https://api.x.ai/v1',
  priceVendor: 'x-ai',
  reasoning: ['none', 'low', 'medium', 'high'],
  keepsSchemas: true,
})
