import { toCompatible } from '../openai/compatible.ts'

/** https://console.groq.com/docs/api-reference */
export const groq = toCompatible({
  kind: 'groq',
  variables: { keys: ['GROQ_API_KEY'], address: 'GROQ_BASE_URL' },
  url: 'https://api.groq.com/openai/v1',
  priceVendor: 'groq',
  reasoning: ['none', 'low', 'medium', 'high'],
  limitName: 'max_completion_tokens',
})
