import { llmProviderContract } from '../../contract/llm-provider.ts'
import { openaiWire } from '../../support/wire/openai.ts'

llmProviderContract(openaiWire)
