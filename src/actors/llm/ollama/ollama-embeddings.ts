/** Vectors by Ollama: https://docs.ollama.com/api/embed */
import type { EmbeddingWire } from '../../embedding/embedding-provider.ts'
import { readCount } from '../token-count.ts'

export const OLLAMA_EMBEDDINGS: EmbeddingWire = {
  // The server sets no limit. An answer is still small enough to be read at once.
  limits: { texts: 256 },
  path: () => '/api/embed',
  // By default, Ollama cuts a text that is longer than the window of the model, without a word.
  toBody: ({ model, texts, dimensions }) => ({
    model,
    input: [...texts],
    truncate: false,
    ...(dimensions !== undefined && { dimensions }),
  }),
  read({ embeddings, prompt_eval_count }) {
    if (!Array.isArray(embeddings)) return undefined
    const input = readCount(prompt_eval_count)
    return {
      vectors: embeddings.map((value) => ({ value })),
      usage: input === undefined ? null : { input_tokens: input, cached_tokens: 0, output_tokens: 0 },
    }
  },
}
