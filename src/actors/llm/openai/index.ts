import { toCompatible } from './compatible.ts'

export const openai = toCompatible({
  kind: 'openai',
  variables: { keys: ['OPENAI_API_KEY'], address: 'OPENAI_BASE_URL' },
  url: 'https://api.openai.com/v1',
  priceVendor: 'openai',
  limitName: 'max_completion_tokens',
})
