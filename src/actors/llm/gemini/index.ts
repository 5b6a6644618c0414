import { pickParameters } from '../../../core/model-parameters.ts'
import { type ModelServer, REASONING_LEVELS } from '../provider-definition.ts'
import { GEMINI_EMBEDDINGS } from './gemini-embeddings.ts'
import { findGeminiVersion } from './gemini-version.ts'

export const gemini: ModelServer = {
  kind: 'gemini',
  variables: { keys: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'], address: 'GEMINI_BASE_URL' },
  url: 'https://generativelanguage.googleapis.com',
  parameters: pickParameters('temperature', 'top_p', 'max_tokens', 'stop', 'reasoning', 'seed', 'tool_choice'),
  reasoning: [...REASONING_LEVELS, 'max'],
  imageUrls: true,
  priceVendor: 'google',
  isLocal: false,
  // Models before 3 refuse JSON beside tools.
  asksInWords: ({ model, hasTools }) => hasTools && findGeminiVersion(model) < 3,
  outputLimits: { 'gemini-1': 8_192, 'gemini-2.0': 8_192, 'gemini-2.5': 65_536, 'gemini-3': 65_536 },
  embeddings: GEMINI_EMBEDDINGS,
  probe: { path: '/v1beta/models', headers: (apiKey) => ({ 'x-goog-api-key': apiKey }) },
  create: async (settings) => (await import('./gemini-provider.ts')).createGeminiProvider(gemini, settings),
}
