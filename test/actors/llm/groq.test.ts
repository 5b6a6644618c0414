import { llmProviderContract } from '../../contract/llm-provider.ts'
import { groqWire } from '../../support/wire/compatible.ts'

llmProviderContract(groqWire)
