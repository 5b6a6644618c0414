/** The interfaces that turn texts into vectors, written from the vendors' documents. */
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import type { ReceivedRequest } from '../http-server.ts'

export interface EmbeddingVendor {
  /** The kind of the provider. */
  kind: string
  model: string
  path: string
  /** The body of a 200. @param vectors In the order of the texts. */
  encode(vectors: readonly JsonValue[], tokens: number): JsonObject
  encodeError(message: string): JsonObject
  read(request: ReceivedRequest): ReadEmbeddingRequest
  /** True: an index names the text of a vector, so that vectors may come in any order. */
  hasIndexes: boolean
  /** US dollars for a million tokens; null: unknown. */
  price: number | null
}

export interface ReadEmbeddingRequest {
  path: string
  apiKey: string | undefined
  model: string
  texts: string[]
  dimensions: number | undefined
  /** The vendor's word, where it has one. */
  purpose: string | undefined
}

const PATH = '/embeddings'

const toChat = (
  kind: string,
  model: string,
  {
    price,
    dimensions = 'dimensions',
    keyOf = (headers) => String(headers.authorization).replace('Bearer ', ''),
    path = PATH,
  }: {
    price: number | null
    dimensions?: string
    path?: string
    keyOf?: (headers: ReceivedRequest['headers']) => string
  },
): EmbeddingVendor => ({
  kind,
  model,
  price,
  path,
  hasIndexes: true,
  encode: (vectors, tokens) => ({
    object: 'list',
    model,
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }),
  encodeError: (message) => ({ error: { message, type: 'invalid_request_error', param: null, code: null } }),
  read({ url, headers, body }) {
    const sent = JSON.parse(body)
    return {
      path: url,
      apiKey: keyOf(headers),
      model: sent.model,
      texts: sent.input,
      dimensions: sent[dimensions],
      purpose: undefined,
    }
  },
})

export const EMBEDDING_VENDORS: readonly EmbeddingVendor[] = [
  toChat('openai', 'text-embedding-3-small', { price: 0.02 }),
  toChat('mistral', 'mistral-embed', { price: 0.1, dimensions: 'output_dimension' }),
  toChat('openrouter', 'openai/text-embedding-3-small', { price: null }),
  toChat('azure', 'text-embedding-3-large', {
    price: 0.13,
    path: '/openai/v1/embeddings',
    keyOf: (headers) => String(headers['api-key']),
  }),
  {
    kind: 'gemini',
    model: 'gemini-embedding-001',
    price: 0.15,
    path: '/v1beta/models/gemini-embedding-001:batchEmbedContents',
    hasIndexes: false,
    encode: (vectors, tokens) => ({
      embeddings: vectors.map((values) => ({ values })),
      usageMetadata: { promptTokenCount: tokens },
    }),
    encodeError: (message) => ({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }),
    read({ url, headers, body }) {
      const { requests } = JSON.parse(body)
      const [first] = requests
      return {
        path: url,
        apiKey: String(headers['x-goog-api-key']),
        model: first.model.replace('models/', ''),
        texts: requests.map(({ content }: { content: { parts: { text: string }[] } }) => content.parts[0]?.text),
        dimensions: first.outputDimensionality,
        purpose: first.taskType,
      }
    },
  },
  {
    kind: 'ollama',
    model: 'nomic-embed-text',
    price: 0,
    path: '/api/embed',
    hasIndexes: false,
    encode: (embeddings, tokens) => ({
      model: 'nomic-embed-text',
      embeddings: [...embeddings],
      prompt_eval_count: tokens,
    }),
    encodeError: (message) => ({ error: message }),
    read({ url, headers, body }) {
      const { model, input, dimensions, truncate } = JSON.parse(body)
      if (truncate !== false) throw new Error('a text would be cut')
      const apiKey = String(headers.authorization).replace('Bearer ', '')
      return { path: url, apiKey, model, texts: input, dimensions, purpose: undefined }
    },
  },
]
