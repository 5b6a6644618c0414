/**
 * The actor contract: what performs one effect, here or on a remote agent.
 *
 * An actor honours `signal`, releases what it holds on every path, throws `Fault` or `Cancelled` and nothing else, never
 * retries (the supervision does) and never logs content. test/contract/actor.ts holds every actor to this.
 */
import type { JsonObject, JsonValue } from './json.ts'
import type { JsonSchema } from './json-schema.ts'

/** What the compiler and a catalogue know of an actor without loading its code. */
export interface ActorDescription {
  /** As a workflow names it: `http.get`; for models the provider: `mock`. */
  name: string
  description: string
  /** Whether performing it twice may do harm: decides the defaults of `retry` and `on_lost`. */
  writes: boolean
  input: JsonSchema
  output: JsonSchema
}

export interface Actor<I = JsonValue, O = JsonValue> extends ActorDescription {
  perform(input: I, context: ActorContext): Promise<O>
}

export interface ActorContext {
  /** Aborted on cancel, on timeout and when the run has ended; the actor then stops at once and throws `Cancelled`. */
  signal: AbortSignal
  /** Idempotency key: the same for every attempt of one effect. */
  key: string
  /** True when the workflow gave the key (`key:`): only then is it sent as `Idempotency-Key`. */
  keyIsExplicit: boolean
  /** Counts from 1. */
  attempt: number
  /** When the attempt times out, epoch milliseconds. */
  deadline: number
  progress(progress: Progress): void
  usage(usage: Usage): void
  /** The value of a declared secret. @throws Fault `unauthorized` when it is not set. */
  secret(name: string): string
  blob(blob: BlobContent): Promise<BlobRef>
  log: Logger
}

/** News of an attempt in flight: shown live, never folded. */
export type Progress = { kind: 'text'; text: string } | { kind: 'ratio'; done: number; total: number }

/** What a model call consumed. `cost_usd` is null when the price is unknown, 0 when it is known to be free. */
export type Usage = {
  provider: string
  model: string
  input_tokens: number
  cached_tokens: number
  /** Of the input, what the vendor put into its cache at a price of its own; absent: nothing. */
  cache_write_tokens?: number
  output_tokens: number
  cost_usd: number | null
  /** How many calls were answered from the cache of answers: 1 for such a call, which is free; of a child run more. Absent: none. */
  cache_hits?: number
}

export interface BlobContent {
  bytes: Uint8Array
  media_type: string
  name: string
}

/** How a blob stands in outputs and expressions; its bytes are in the store under the hash. */
export interface BlobRef extends JsonObject {
  $blob: string
  media_type: string
  size: number
  name: string
}

export interface Logger {
  debug(message: string, fields?: JsonObject): void
  warn(message: string, fields?: JsonObject): void
}
