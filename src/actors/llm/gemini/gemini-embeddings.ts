/** Vectors by Gemini: https://ai.google.dev/api/embeddings. Each text is a request of its own within the batch. */
import { isJsonObject } from '../../../core/json.ts'
import type { EmbeddingWire } from '../../embedding/embedding-provider.ts'
import { findCount } from '../token-count.ts'

const TASKS = { query: 'RETRIEVAL_QUERY', document: 'RETRIEVAL_DOCUMENT' } as const

export const GEMINI_EMBEDDINGS: EmbeddingWire = {
  limits: { texts: 100 },
  path: (model) => `/v1beta/${toResource(model)}:batchEmbedContents`,
  toBody: ({ model, texts, dimensions, purpose }) => ({
    requests: texts.map((text) => ({
      model: toResource(model),
      content: { parts: [{ text }] },
      ...(purpose !== undefined && { taskType: TASKS[purpose] }),
      ...(dimensions !== undefined && { outputDimensionality: dimensions }),
    })),
  }),
  read({ embeddings, usageMetadata }) {
    if (!Array.isArray(embeddings)) return undefined
    const input = isJsonObject(usageMetadata)
      ? findCount(usageMetadata, ['promptTokenCount', 'totalTokenCount'])
      : undefined
    return {
      vectors: embeddings.map((one) => ({ value: isJsonObject(one) ? one.values : undefined })),
      usage: input === undefined ? null : { input_tokens: input, cached_tokens: 0, output_tokens: 0 },
    }
  },
}

/** The resource of a model: a name with a slash is one. */
const toResource = (model: string): string => (model.includes('/') ? model : `models/${model}`)
