import { llmProviderContract } from '../../contract/llm-provider.ts'
import { deepseekWire } from '../../support/wire/compatible.ts'

llmProviderContract(deepseekWire)
