/**
 * The actor around any provider of vectors. It asks in batches, and judges what comes back.
 *
 * 1. Each request reports its usage once.
 * 2. A vector belongs to the text that its index names, wherever it stands.
 * 3. Vectors of a wrong count or length, or that hold anything but finite numbers, are a fault, never a part of the output.
 */
import { Cancelled } from '../../core/cancelled.ts'
import {
  describeEmbedder,
  EMBEDDING_INPUT_SCHEMA,
  type EmbeddingActor,
  type EmbeddingInput,
} from '../../core/embedding.ts'
import { Fault } from '../../core/fault.ts'
import { toModelName } from '../../core/llm.ts'
import { hasBegun } from '../llm/model-request.ts'
import { type CallPrice, reportUsage } from '../llm/usage-report.ts'
import { findInputProblem } from '../tools/input-check.ts'
import { toBatches } from './batches.ts'
import type { EmbeddingAnswer, EmbeddingProvider, WireVector } from './embedding-provider.ts'
import { readVector } from './read-vector.ts'

/** @throws (of `perform`) Fault by docs/errors.md; Cancelled */
export const createEmbeddingActor = (
  provider: EmbeddingProvider,
  options: { price?: CallPrice | undefined } = {},
): EmbeddingActor => ({
  ...describeEmbedder(provider.name),
  async perform(input, context) {
    if (context.signal.aborted) throw new Cancelled()
    expectInput(input)
    const { texts, model, ...wishes } = input
    const vectors: number[][] = []
    for (const batch of toBatches(
      texts.map((text) => text.toWellFormed()),
      provider.limits,
    )) {
      if (context.signal.aborted) throw new Cancelled()
      const request = { ...wishes, model: toModelName(model), texts: batch }
      const report = reportUsage({ provider: provider.name, model: request.model, ...options }, context)
      const answer = await provider.embed(request, context).catch((error: unknown) => {
        if (hasBegun(error)) report(null)
        throw error
      })
      report(answer.usage)
      for (const vector of readVectors(answer, { input, count: batch.length })) vectors.push(vector)
    }
    expectLengths(vectors, input)
    return { vectors }
  },
})

const expectInput = (input: EmbeddingInput): void => {
  const problem = findInputProblem(EMBEDDING_INPUT_SCHEMA, input)
  if (problem !== undefined) throw new Fault('invalid_input', `the input of the model is wrong: ${problem}`)
  const empty = input.texts.findIndex((text) => text.trim() === '')
  if (empty >= 0)
    throw new Fault('invalid_input', `'texts[${empty}]' is empty: expected a text\nleave out what has no text`)
}

const readVectors = (
  { vectors }: EmbeddingAnswer,
  { input, count }: { input: EmbeddingInput; count: number },
): number[][] => {
  if (vectors.length !== count) throw wrong(input, `it sent ${vectors.length} vectors for ${count} texts`)
  const places: (WireVector | undefined)[] = Array.from({ length: count })
  for (const [position, vector] of vectors.entries()) {
    const index = Number(vector.index ?? position)
    if (!Number.isInteger(index) || index < 0 || index >= count || places[index] !== undefined)
      throw wrong(input, `it sent the index ${JSON.stringify(vector.index)} for vector ${position + 1} of ${count}`)
    places[index] = vector
  }
  return places.map((one, place) => {
    const read = readVector(one?.value)
    if ('vector' in read) return read.vector
    throw wrong(input, `the vector of text ${place + 1} is wrong: ${read.problem}`, read.code)
  })
}

const expectLengths = (vectors: readonly number[][], input: EmbeddingInput): void => {
  const [first] = vectors
  if (first === undefined) return
  const { dimensions = first.length, model } = input
  if (input.dimensions !== undefined && vectors.every(({ length }) => length === first.length && length !== dimensions))
    throw new Fault(
      'invalid_output',
      `'${model}' sent vectors of ${first.length} numbers: expected ${dimensions}, as 'dimensions' says\nremove dimensions, or name a model that takes it`,
    )
  const other = vectors.findIndex(({ length }) => length !== dimensions)
  if (other >= 0)
    throw wrong(input, `the vector of text ${other + 1} has ${vectors[other]?.length} numbers: expected ${dimensions}`)
}

/** A model may do better when it is asked again, but for numbers that it can't send. */
const wrong = ({ model }: EmbeddingInput, what: string, code = 'invalid_output'): Fault =>
  new Fault(code, `'${model}' gave no vectors that can be used: ${what}`, { retryable: code === 'invalid_output' })
