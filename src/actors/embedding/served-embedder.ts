/** A provider of vectors that asks a server by one POST. Keys, addresses, faults and the end of a request are those of its models. */
import { isJsonObject, tryParseJson } from '../../core/json.ts'
import { expectKey } from '../llm/missing-key.ts'
import { createModelRequest, type ModelRequest } from '../llm/model-request.ts'
import type { ProviderSettings } from '../llm/provider.ts'
import type { ModelServer } from '../llm/provider-definition.ts'
import { toServerAccess } from '../llm/provider-settings.ts'
import type { EmbeddingAnswer, EmbeddingProvider, EmbeddingWire } from './embedding-provider.ts'

/** @throws Fault `invalid_input` for a wrong address */
export const createServedEmbedder = (
  server: ModelServer,
  wire: EmbeddingWire,
  given: ProviderSettings,
): EmbeddingProvider => {
  const access = toServerAccess(server, given)
  const { settings } = access
  return {
    name: settings.name,
    limits: wire.limits,
    async embed(asked, { signal }) {
      expectKey(settings)
      const request = createModelRequest({ ...access, model: asked.model, signal, streams: false })
      try {
        signal.throwIfAborted()
        const response = await request.fetch(`${settings.baseUrl}${wire.path(asked.model, settings.query ?? {})}`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(settings.apiKey ? server.probe.headers(settings.apiKey.trim()) : {}),
          },
          body: JSON.stringify(wire.toBody(asked)),
        })
        return read(await request.readText(response), { wire, request })
      } catch (error) {
        throw request.toFault(error)
      } finally {
        request.close()
      }
    },
  }
}

const read = (text: string, { wire, request }: { wire: EmbeddingWire; request: ModelRequest }): EmbeddingAnswer => {
  // A vector is a measurement: a number with more digits than fit is the nearest one that fits.
  const body = tryParseJson(text)
  if (!isJsonObject(body)) throw request.unreadable(text)
  if (body.error) throw request.refused({ error: body.error })
  const answer = wire.read(body)
  if (answer === undefined) throw request.unreadable(text)
  return answer
}
