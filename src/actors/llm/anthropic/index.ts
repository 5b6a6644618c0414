import { pickParameters } from '../../../core/model-parameters.ts'
import { type ModelServer, REASONING_LEVELS } from '../provider-definition.ts'
import { ANTHROPIC_CONFLICTS } from './anthropic-conflicts.ts'

/** Claude. */
export const anthropic: ModelServer = {
  kind: 'anthropic',
  variables: { keys: ['ANTHROPIC_API_KEY'], address: 'ANTHROPIC_BASE_URL' },
  url: 'https://api.anthropic.com',
  parameters: pickParameters(
    ...(['temperature', 'top_p', 'max_tokens', 'stop', 'reasoning'] as const),
    ...(['tool_choice', 'parallel_tool_calls'] as const),
  ),
  reasoning: [...REASONING_LEVELS, 'max'],
  conflicts: ANTHROPIC_CONFLICTS,
  imageUrls: true,
  priceVendor: 'anthropic',
  isLocal: false,
  outputLimits: {
    'claude-3': 4_096,
    'claude-3-5': 8_192,
    'claude-3-7': 64_000,
    'claude-opus-4': 32_000,
    'claude-sonnet-4': 64_000,
    'claude-haiku-4': 64_000,
  },
  probe: {
    path: '/v1/models',
    headers: (apiKey) => ({ 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }),
  },
  create: async (settings) => (await import('./anthropic-provider.ts')).createAnthropicProvider(anthropic, settings),
}
