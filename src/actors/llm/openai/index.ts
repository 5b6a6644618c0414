import { toCompatible } from './compatible.ts'
import { OPENAI_CONFLICTS } from './openai-conflicts.ts'
import { OPENAI_BATCH, toChatEmbeddings } from './openai-embeddings.ts'

export const openai = toCompatible({
  kind: 'openai',
  variables: { keys: ['OPENAI_API_KEY'], address: 'OPENAI_BASE_URL' },
  url: 'https://api.openai.com/v1',
  priceVendor: 'openai',
  conflicts: OPENAI_CONFLICTS,
  embeddings: toChatEmbeddings(OPENAI_BATCH),
  limitName: 'max_completion_tokens',
  isGeneric: true,
  keepsSchemas: true,
  outputLimits: {
    'gpt-3.5': 4_096,
    'gpt-4': 8_192,
    'gpt-4-32k': 8_192,
    'gpt-4-turbo': 4_096,
    'gpt-4-1106': 4_096,
    'gpt-4-0125': 4_096,
    'gpt-4o': 16_384,
    'gpt-4o-2024-05-13': 4_096,
    'gpt-4.1': 32_768,
    'gpt-5': 128_000,
    'chatgpt-4o': 16_384,
    o1: 100_000,
    'o1-preview': 32_768,
    'o1-mini': 65_536,
    o3: 100_000,
    o4: 100_000,
  },
})
