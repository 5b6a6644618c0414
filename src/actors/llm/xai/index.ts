import { toCompatible } from '../openai/compatible.ts'

const REASONS = /^grok-(3-mini|4(?!.*non-reasoning)|code)/

/** Grok: https://docs.x.ai/docs/api-reference */
export const xai = toCompatible({
  kind: 'xai',
  variables: { keys: ['XAI_API_KEY'], address: 'XAI_BASE_URL' },
  url: 'https://api.x.ai/v1',
  priceVendor: 'x-ai',
  reasoning: ['none', 'low', 'medium', 'high'],
  conflicts: ['presence_penalty', 'frequency_penalty', 'stop'].map((parameter) => ({
    parameter,
    models: (model) => REASONS.test(model),
  })),
  keepsSchemas: true,
})
