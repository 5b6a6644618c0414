import { llmProviderContract } from '../../contract/llm-provider.ts'
import { openrouterWire } from '../../support/wire/compatible.ts'

llmProviderContract(openrouterWire)
