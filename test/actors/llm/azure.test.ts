import { llmProviderContract } from '../../contract/llm-provider.ts'
import { azureWire } from '../../support/wire/compatible.ts'

llmProviderContract(azureWire)
