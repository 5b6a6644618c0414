import { pickParameters } from '../../../core/model-parameters.ts'
import { toCompatible } from '../openai/compatible.ts'

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
  outputLimits: { 'deepseek-chat': 8_192, 'deepseek-reasoner': 65_536 },
  // The vendor knows JSON, and no schemas.
  asksInWords: () => true,
})
