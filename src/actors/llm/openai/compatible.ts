/** Definitions of servers that speak OpenAI's chat completions interface. A new kind is one call of `toCompatible` in a folder of its own. */
import { pickParameters } from '../../../core/model-parameters.ts'
import { isSameOllamaModel, OLLAMA_PORT, writePull } from '../ollama/ollama-models.ts'
import { type ModelServer, REASONING_LEVELS } from '../provider-definition.ts'
import type { CompatibleServer } from './compatible-server.ts'

/** The fields that tell one such server from another; each of the others has OpenAI's value unless it is given. */
type OwnFields = Pick<ModelServer, 'kind' | 'variables' | 'url'> & Partial<Omit<CompatibleServer, 'create'>>

export const toCompatible = (own: OwnFields): CompatibleServer => {
  const server: CompatibleServer = {
    parameters: PARAMETERS,
    reasoning: REASONING_LEVELS,
    imageUrls: true,
    isLocal: false,
    limitName: 'max_tokens',
    settings: ['max_tokens_field', 'stream_usage'],
    isGeneric: false,
    keepsSchemas: false,
    streamUsage: true,
    probe: {
      path: '/models',
      headers: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
      usualPath: '/v1',
    },
    // Ollama speaks this interface too, at the same port.
    pull: ({ model, url }) => (URL.parse(url)?.port === OLLAMA_PORT ? writePull({ model, url }) : undefined),
    isSameModel: isSameOllamaModel,
    ...own,
    create: async (settings) => (await import('./openai-provider.ts')).createOpenAiProvider(server, settings),
  }
  return server
}

const PARAMETERS = pickParameters(
  ...(['temperature', 'top_p', 'max_tokens', 'stop', 'reasoning', 'seed'] as const),
  ...(['frequency_penalty', 'presence_penalty', 'tool_choice', 'parallel_tool_calls'] as const),
)
