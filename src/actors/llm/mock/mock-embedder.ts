/**
 * `mock/embed`: vectors without a model, for workflows that run offline and for tests. The same text has the same vector on every machine,
 * and texts that share words or parts of words are nearer than others. It knows no meanings.
 */
import { Cancelled } from '../../../core/cancelled.ts'
import { Fault } from '../../../core/fault.ts'
import type { EmbeddingProvider } from '../../embedding/embedding-provider.ts'

const DIMENSIONS = 256

export const MOCK_EMBEDDER: EmbeddingProvider = {
  name: 'mock',
  limits: { texts: 1_000 },
  async embed({ model, texts, dimensions = DIMENSIONS }, { signal }) {
    if (signal.aborted) throw new Cancelled()
    if (model !== 'embed')
      throw new Fault('not_found', `'mock/${model}' turns no texts into vectors: expected mock/embed`)
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    return {
      vectors: texts.map((text, index) => ({ index, value: toVector(text, dimensions) })),
      usage: { input_tokens: Math.ceil(bytes / 4), cached_tokens: 0, output_tokens: 0 },
    }
  },
}

/** Adds each word and each three signs in a row at a place of its own, with a sign of its own, so that chance meetings even out. */
const toVector = (text: string, dimensions: number): number[] => {
  const vector = Array.from({ length: dimensions }, (): number => 0)
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [text]
  for (const word of words)
    for (const [feature, weight] of listFeatures(word)) {
      const hash = hashText(feature)
      vector[hash % dimensions] = (vector[hash % dimensions] ?? 0) + (hash & 0x8000_0000 ? weight : -weight)
    }
  if (!vector.some((one) => one !== 0)) vector[0] = 1
  return vector
}

const WORD_WEIGHT = 2

const listFeatures = (word: string): [feature: string, weight: number][] => {
  const signs = [...` ${word} `]
  const parts = signs.slice(2).map((_, at): [string, number] => [signs.slice(at, at + 3).join(''), 1])
  return [[word, WORD_WEIGHT], ...parts]
}

/** FNV-1a over UTF-16, 32 bits without a sign. */
const hashText = (text: string): number => {
  let hash = 0x811c_9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193)
  return hash >>> 0
}
