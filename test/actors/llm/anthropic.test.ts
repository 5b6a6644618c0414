import { llmProviderContract } from '../../contract/llm-provider.ts'
import { anthropicWire } from '../../support/wire/anthropic.ts'

llmProviderContract(anthropicWire)
