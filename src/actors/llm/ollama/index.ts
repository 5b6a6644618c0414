import { pickParameters } from '../../../core/model-parameters.ts'
import type { ModelServer } from '../provider-definition.ts'
import { toOllamaUrl } from './ollama-address.ts'
import { OLLAMA_EMBEDDINGS } from './ollama-embeddings.ts'
import { isSameOllamaModel, OLLAMA_URL, writePull } from './ollama-models.ts'

/** Models on this machine, or on another of one's own. */
export const ollama: ModelServer = {
  kind: 'ollama',
  variables: { keys: [], address: 'OLLAMA_HOST' },
  url: OLLAMA_URL,
  readAddress: toOllamaUrl,
  parameters: pickParameters(
    ...(['temperature', 'top_p', 'max_tokens', 'stop', 'reasoning', 'seed', 'top_k'] as const),
    ...(['frequency_penalty', 'presence_penalty', 'num_ctx', 'keep_alive'] as const),
  ),
  reasoning: ['none', 'low', 'medium', 'high', true, false],
  imageUrls: false,
  isLocal: true,
  // Ollama passes these models on to a vendor, which bills them: https://docs.ollama.com/cloud
  isBilled: (model) => /[:-]cloud$/.test(model),
  // `format` binds the model from its first token on, so that it could call no tool.
  asksInWords: ({ hasTools }) => hasTools,
  embeddings: OLLAMA_EMBEDDINGS,
  probe: {
    path: '/api/tags',
    headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
    isRequired: true,
  },
  program: { name: 'Ollama', start: 'ollama serve', listen: 'OLLAMA_HOST=0.0.0.0 ollama serve' },
  // Under its own name, the variable that leads Troupe to Ollama leads the command there as well.
  pull: ({ name, model, url }) => writePull({ model, url: name === 'ollama' ? OLLAMA_URL : url }),
  isSameModel: isSameOllamaModel,
  create: async (settings) => (await import('./ollama-provider.ts')).createOllamaProvider(ollama, settings),
}
