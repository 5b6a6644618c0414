import { llmProviderContract } from '../../contract/llm-provider.ts'
import { xaiWire } from '../../support/wire/compatible.ts'

llmProviderContract(xaiWire)
