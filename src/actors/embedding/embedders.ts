/** Loads the actor that turns texts into vectors by the models of a provider. Its servers are those of providers.ts. */
import type { EmbeddingActor } from '../../core/embedding.ts'
import { Fault } from '../../core/fault.ts'
import { isModelServer } from '../llm/provider-definition.ts'
import { EMBEDDING_KINDS, findAccess, findProvider, type ProviderOptions } from '../llm/providers.ts'

/**
 * @param name As in `provider/name`.
 * @throws Fault `not_found` for an unknown provider, `invalid_input` for a wrong address and for a kind without such models
 */
export const loadEmbedder = async (name: string, options: ProviderOptions = {}): Promise<EmbeddingActor> => {
  const { createEmbeddingActor } = await import('./embedding-actor.ts')
  const { price } = options
  const own = price && { price: (model: string, usage: Parameters<typeof price>[2]) => price(name, model, usage) }
  const definition = findProvider(name)
  if (definition !== undefined && !isModelServer(definition)) {
    const provider = await definition.createEmbedder?.()
    if (provider === undefined) throw lacking(name)
    return createEmbeddingActor(provider, own)
  }
  const { server, settings } = findAccess(name, options)
  if (server.embeddings === undefined) throw lacking(name)
  const { createServedEmbedder } = await import('./served-embedder.ts')
  return createEmbeddingActor(createServedEmbedder(server, server.embeddings, settings), own)
}

const lacking = (name: string): Fault =>
  new Fault(
    'invalid_input',
    `'${name}' has no models that turn texts into vectors: expected a provider of the kind ${EMBEDDING_KINDS.join(', ')}`,
  )
