import { toCompatible } from '../openai/compatible.ts'
import { OPENAI_CONFLICTS } from '../openai/openai-conflicts.ts'
import { toAzureUrl } from './azure-address.ts'

/** OpenAI's models on Azure, named by their deployments. https://learn.microsoft.com/azure/ai-foundry/openai/reference */
export const azure = toCompatible({
  kind: 'azure',
  variables: { keys: ['AZURE_OPENAI_API_KEY'], address: 'AZURE_OPENAI_ENDPOINT' },
  url: 'https://RESOURCE.openai.azure.com/openai',
  hostEndings: ['.openai.azure.com', '.services.ai.azure.com', '.cognitiveservices.azure.com'],
  readAddress: toAzureUrl,
  priceVendor: 'azure',
  // A deployment mostly has the name of its model.
  conflicts: OPENAI_CONFLICTS,
  limitName: 'max_completion_tokens',
  keepsSchemas: true,
  // The older interface has its version in the query, and the deployment in the path.
  path: (model, { 'api-version': version }) =>
    version === undefined ? '/v1/chat/completions' : `/deployments/${encodeURIComponent(model)}/chat/completions`,
  probe: { path: '/v1/models', headers: (apiKey) => ({ 'api-key': apiKey }) },
})
