import { llmProviderContract } from '../../contract/llm-provider.ts'
import { OLLAMA_WIRE } from '../../support/wire/ollama.ts'

llmProviderContract(OLLAMA_WIRE)
