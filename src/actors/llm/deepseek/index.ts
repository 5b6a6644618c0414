import { pickParameters } from '../../../core/model-parameters.ts'
import { toCompatible } from '../openai/compatible.ts'
import { FREE_CHOICE } from '../provider-definition.ts'

/** Models that think unasked. */
const THINKS = /^deepseek-(reasoner|v4-pro)/

/** https://api-docs.deepseek.com */
export const deepseek = toCompatible({
  kind: 'deepseek',
  variables: { keys: ['DEEPSEEK_API_KEY'], address: 'DEEPSEEK_BASE_URL' },
  url: 'https://api.deepseek.com',
  priceVendor: 'deepseek',
  parameters: pickParameters(
    ...(['temperature', 'top_p', 'max_tokens', 'stop'] as const),
    ...(['frequency_penalty', 'presence_penalty', 'tool_choice'] as const),
  ),
  conflicts: [
    {
      parameter: 'tool_choice',
      takes: FREE_CHOICE,
      models: (model) => THINKS.test(model),
      remedy: 'write tool_choice: auto',
    },
  ],
  outputLimits: { 'deepseek-chat': 8_192, 'deepseek-reasoner': 65_536 },
  // The vendor knows JSON, and no schemas.
  asksInWords: () => true,
})
