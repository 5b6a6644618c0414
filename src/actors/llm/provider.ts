/**
 * The contract of a model provider, which performs one call of one model over one vendor's interface. Each folder beside this file
 * implements it.
 *
 * 1. A provider maps a request to the vendor's wire format, and the answer back. It knows no prices.
 * 2. It does not retry. SDK retries are off; the supervision of the step retries.
 * 3. It does not judge answers by their schema. llm-actor.ts does.
 * 4. It throws `Fault` by the table of docs/errors.md, and `Cancelled` when its signal is aborted.
 * 5. An error event inside a 200 stream is a fault like any other. A stream that is silent for 60 s is the fault `timeout`.
 */
import type { Clock } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import type { LlmMessage, LlmTool, LlmToolCall } from '../../core/llm.ts'
import type { TokenCounts } from '../../core/pricing.ts'
import type { Rate } from '../../core/rate.ts'

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
  /** `temperature top_p max_tokens stop seed reasoning`. The compiler has refused those that the provider lacks. */
  params: JsonObject
  /** The schema of the answer: asked for by the vendor's structured output where it has one, else in words. */
  returns?: JsonSchema
  tools?: readonly LlmTool[]
}

export interface CallOptions {
  signal: AbortSignal
  /** Given: the answer is streamed, and each piece of text comes here as it arrives. The answer is the same either way. */
  onText: ((text: string) => void) | undefined
}

export interface LlmAnswer {
  /** The whole text; with `returns` the JSON text. */
  text: string
  /** Thoughts that the model wrote before its text, and that were cut from it. Those of a field of their own are not here. */
  thoughts?: string
  toolCalls: LlmToolCall[]
  /** `length`: max_tokens or the model's window cut it off. `refused`: the model or a content filter did. `failed`: no success for another reason. */
  finish: 'stop' | 'length' | 'refused' | 'failed'
  /** The vendor's word for the end of a failed answer. */
  reason?: string
  /** The vendor's own numbers; null when it gave none. */
  usage: TokenCounts | null
  /** Given: the window surely cut the prompt. Tokens that were sent at least, and tokens that were read. */
  cutPrompt?: { sent: number; read: number }
}

/** The environment variables that users of a vendor know. */
export interface ProviderVariables {
  /** Variables of the key: the first that is set counts, and messages name the first. Empty: no key is needed. */
  keys: readonly string[]
  address: string
}

/** Address and key of a provider, from the environment or troupe.config.yaml. */
export interface ProviderSettings {
  /** As in `provider/name`; default: the vendor's. */
  name?: string
  baseUrl?: string
  apiKey?: string
  /** The variable of the key, for messages. Given, a key is needed: a call without one asks nothing. */
  keyVariable?: string
  /** The reason of a missing key, if it is not just an unset variable. Advice follows on a line of its own. */
  keyProblem?: string
  /** The setting that holds the address, for messages. Default: the address variable, else `base_url` in the config. */
  addressName?: string
  /** The variables of a provider under its vendor's name, for messages. Default: it has none. */
  variables?: ProviderVariables
  /** The way in which the schema of an answer is asked for. Default: `native` where the server has it, with the schema in words beside it where the server may ignore it. */
  structuredOutput?: 'native' | 'words'
  /** Headers and parts of the query that go out with each request. They hold no secrets. */
  headers?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string>>
  /** Fields that are added to the body of each request, and replace those of Troupe. */
  body?: JsonObject
  /** The field of the token limit, of servers that speak as OpenAI's. Default: by vendor and model. */
  maxTokensField?: string
  /** False: a stream is not asked for its usage. Default: by the vendor. */
  streamUsage?: boolean
  /** Most calls at once, and most begins of calls in a time, over all runs of this process or, on Postgres, of the database. Default: no limit. */
  concurrency?: number
  rate?: Rate
  /** The longest silence of a stream, in milliseconds; default 60,000. The first piece may take five times as long: models load and think. */
  idleTimeoutMs?: number
  /** Default: the system's. */
  clock?: Clock
}
