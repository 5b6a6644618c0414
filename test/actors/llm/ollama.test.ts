import { llmProviderContract } from '../../contract/llm-provider.ts'
import { ollamaWire } from '../../support/wire/ollama.ts'

llmProviderContract(ollamaWire)
