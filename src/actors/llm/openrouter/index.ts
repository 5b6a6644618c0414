import { toCompatible } from '../openai/compatible.ts'
import { OPENAI_BATCH, toChatEmbeddings } from '../openai/openai-embeddings.ts'
import { REASONING_LEVELS } from '../provider-definition.ts'

/** A router to models of many vendors, which are named with their vendor: `openrouter/mistralai/mistral-large`. https://openrouter.ai/docs/api-reference */
export const openrouter = toCompatible({
  kind: 'openrouter',
  variables: { keys: ['OPENROUTER_API_KEY'], address: 'OPENROUTER_BASE_URL' },
  url: 'https://openrouter.ai/api/v1',
  priceVendor: 'openrouter',
  embeddings: toChatEmbeddings(OPENAI_BATCH),
  reasoning: REASONING_LEVELS,
  toReasoning: (effort) => ({ reasoning: { effort } }),
})
