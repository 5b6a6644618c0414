/** Vectors by the embeddings interface of OpenAI, which many others speak: https://platform.openai.com/docs/api-reference/embeddings */
import { isJsonObject, type JsonValue } from '../../../core/json.ts'
import type { TokenCounts } from '../../../core/pricing.ts'
import type { BatchLimits, EmbeddingWire } from '../../embedding/embedding-provider.ts'
import { findCount } from '../token-count.ts'

/** OpenAI takes 2,048 texts of 300,000 tokens together. Fewer texts keep an answer so small that it is parsed within a beat of the process. */
export const OPENAI_BATCH: BatchLimits = { texts: 256, bytes: 300_000 }

/** @param dimensionsName The vendor's name of `dimensions`. */
export const toChatEmbeddings = (limits: BatchLimits, dimensionsName = 'dimensions'): EmbeddingWire => ({
  limits,
  path: () => '/embeddings',
  toBody: ({ model, texts, dimensions }) => ({
    model,
    input: [...texts],
    ...(dimensions !== undefined && { [dimensionsName]: dimensions }),
  }),
  read({ data, usage }) {
    if (!Array.isArray(data)) return undefined
    const vectors = data.map((one) =>
      isJsonObject(one) ? { index: one.index, value: one.embedding } : { value: undefined },
    )
    return { vectors, usage: readUsage(usage) }
  },
})

const readUsage = (usage: JsonValue | undefined): TokenCounts | null => {
  const input = isJsonObject(usage) ? findCount(usage, ['prompt_tokens', 'input_tokens', 'total_tokens']) : undefined
  return input === undefined ? null : { input_tokens: input, cached_tokens: 0, output_tokens: 0 }
}
