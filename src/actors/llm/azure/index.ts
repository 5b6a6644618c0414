import { toCompatible } from '../openai/compatible.ts'
import { OPENAI_CONFLICTS } from '../openai/openai-conflicts.ts'
import { OPENAI_BATCH, toChatEmbeddings } from '../openai/openai-embeddings.ts'
import { toAzureUrl } from './azure-address.ts'

/** The older interface has its version in the query, and the deployment in the path. */
const toPath =
  (operation: string) =>
  (model: string, { 'api-version': version }: Readonly<Record<string, string>>): string =>
    version === undefined ? `/v1/${operation}` : `/deployments/${encodeURIComponent(model)}/${operation}`

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
  path: toPath('chat/completions'),
  embeddings: { ...toChatEmbeddings(OPENAI_BATCH), path: toPath('embeddings') },
  probe: { path: '/v1/models', headers: (apiKey) => ({ 'api-key': apiKey }) },
})
