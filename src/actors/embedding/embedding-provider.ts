/**
 * The contract of a provider of vectors, which performs one request, and the wire of a vendor's server, from which
 * `createServedEmbedder` makes such a provider.
 *
 * 1. A provider maps a request to the vendor's wire format, and the answer back. It does not retry, and knows no prices.
 * 2. It does not judge vectors. embedding-actor.ts does.
 * 3. It throws `Fault` by the table of docs/errors.md, and `Cancelled` when its signal is aborted.
 */
import type { EmbeddingPurpose } from '../../core/embedding.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { TokenCounts } from '../../core/pricing.ts'

export interface EmbeddingProvider {
  /** As in `provider/name`. */
  name: string
  limits: BatchLimits
  /** @throws Fault, Cancelled */
  embed(request: EmbeddingRequest, options: { signal: AbortSignal }): Promise<EmbeddingAnswer>
}

/** The most of one request. A single text may have more bytes. */
export interface BatchLimits {
  texts: number
  /** In UTF-8. A token has a byte at least, so that this bounds tokens too. Default: unlimited. */
  bytes?: number
}

export interface EmbeddingRequest {
  /** Without the provider. */
  model: string
  texts: readonly string[]
  dimensions?: number
  purpose?: EmbeddingPurpose
}

export interface EmbeddingAnswer {
  /** In the order of the wire. */
  vectors: readonly WireVector[]
  /** The vendor's own numbers; null when it gave none. */
  usage: TokenCounts | null
}

export interface WireVector {
  /** The place of its text. Undefined: its own place. */
  index?: JsonValue | undefined
  /** Numbers, or 32-bit floats in Base64. */
  value: JsonValue | undefined
}

export interface EmbeddingWire {
  limits: BatchLimits
  /** Behind the base URL. */
  path(model: string, query: Readonly<Record<string, string>>): string
  toBody(request: EmbeddingRequest): JsonObject
  /** Undefined: the body is no answer. */
  read(body: JsonObject): EmbeddingAnswer | undefined
}
