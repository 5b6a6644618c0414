import { llmProviderContract } from '../../contract/llm-provider.ts'
import { geminiWire } from '../../support/wire/gemini.ts'

llmProviderContract(geminiWire)
