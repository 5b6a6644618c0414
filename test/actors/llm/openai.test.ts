import { llmProviderContract } from '../../contract/llm-provider.ts'
import { OPENAI_WIRE } from '../../support/wire/openai.ts'

llmProviderContract(OPENAI_WIRE)
