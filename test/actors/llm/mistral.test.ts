import { llmProviderContract } from '../../contract/llm-provider.ts'
import { mistralWire } from '../../support/wire/compatible.ts'

llmProviderContract(mistralWire)
