/**
 * The contract of a model provider: one call of one model over one vendor's interface. One file each, behind it.
 *
 * A provider maps what it is asked to the vendor's wire format and back. It does not retry (SDK retries are off: the supervision
 * retries), does not judge answers by their schema (llm-actor.ts does), knows no prices, and loads its SDK only when it is created.
 * It throws `Fault` by the table of docs/errors.md and `Cancelled` when its signal is aborted; an error event inside a 200 stream
 * is a fault like any other; a stream that is silent for 60 s is the fault `timeout`.
 */
import type { Clock } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import type { LlmMessage, LlmTool, LlmToolCall } from '../../core/llm.ts'

export interface LlmProvider {
  /** As in `provider/name`. */
  name: string
  /** @throws Fault, Cancelled */
  call(request: LlmRequest, options: CallOptions): Promise<LlmAnswer>
}

export interface LlmRequest {
  /** Without the provider: `gpt-5-mini`. */
  model: string
  messages: readonly LlmMessage[]
  /** `temperature top_p max_tokens stop seed reasoning`: what the provider lacks was refused at compile time. */
  params: JsonObject
  /** The answer shall be an instance of this: by the vendor's own structured output where it has one, else by instruction. */
  returns?: JsonSchema
  tools?: readonly LlmTool[]
}

export interface CallOptions {
  signal: AbortSignal
  /** Given: the answer is streamed, and each piece of text comes here as it arrives. The answer is the same without. */
  onText: ((text: string) => void) | undefined
}

export interface LlmAnswer {
  /** All of it; with `returns` the JSON text. */
  text: string
  toolCalls: LlmToolCall[]
  /** `length`: cut off by max_tokens or the model's window. `refused`: by the model or a content filter. */
  finish: 'stop' | 'length' | 'refused'
  /** The vendor's own numbers; null when it gave none. */
  usage: LlmUsage | null
}

export interface LlmUsage {
  /** The cached ones and those put into the cache included. */
  input_tokens: number
  /** That the vendor had in its cache. */
  cached_tokens: number
  /** That the vendor put into its cache, where it asks a price of its own for that. */
  cache_write_tokens?: number
  output_tokens: number
}

/** Where a provider is, and what opens it: from the environment or troupe.config.yaml. */
export interface ProviderSettings {
  /** As in `provider/name`; default: the vendor's. */
  name?: string
  baseUrl?: string
  apiKey?: string
  /** The variable that would hold the key, for messages. Given, a key is needed: without one nothing is asked. */
  keyVariable?: string
  /** Why there is no key where more is known than that its variable is not set; what to do follows on a line of its own. */
  keyProblem?: string
  /** What says where it is, for messages. Default: the variable of a built-in provider, `base_url` in the config of any other. */
  addressName?: string
  /** How long a stream may be silent, in milliseconds; default 60,000. Until it begins five times as long: models load and think. */
  idleTimeoutMs?: number
  /** Default: the system's. */
  clock?: Clock
}
