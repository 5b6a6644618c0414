/** The input and output of every actor that turns texts into vectors. Near meanings have near vectors, of one model alone. */
import type { Actor, ActorDescription } from './actor.ts'
import { closedObject } from './json-schema.ts'

/** `query`: the text is searched with. `document`: it is searched for. Some models place the two differently. */
export type EmbeddingPurpose = 'query' | 'document'

export type EmbeddingInput = {
  /** With the provider: `ollama/nomic-embed-text`. */
  model: string
  /** None is empty or blank. */
  texts: string[]
  /** Numbers of each vector. Absent: as many as the model gives. */
  dimensions?: number
  purpose?: EmbeddingPurpose
}

export type EmbeddingOutput = {
  /** One for each text, in its order, all of one length, each with the norm 1. */
  vectors: number[][]
}

export type EmbeddingActor = Actor<EmbeddingInput, EmbeddingOutput>

export const EMBEDDING_INPUT_SCHEMA = closedObject(
  {
    model: { type: 'string' },
    texts: { type: 'array', items: { type: 'string' } },
    dimensions: { type: 'integer', minimum: 1 },
    purpose: { enum: ['query', 'document'] },
  },
  ['model', 'texts'],
)

const EMBEDDING_OUTPUT_SCHEMA = closedObject({
  vectors: { type: 'array', items: { type: 'array', items: { type: 'number' } } },
})

/** Describes the actor of a provider. */
export const describeEmbedder = (name: string): ActorDescription => ({
  name,
  description: `Vectors of texts by the models of ${name}.`,
  writes: false,
  input: EMBEDDING_INPUT_SCHEMA,
  output: EMBEDDING_OUTPUT_SCHEMA,
})
