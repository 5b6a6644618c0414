/**
 * The contract of an actor, which performs one effect, here or on a remote agent. test/contract/actor.ts holds every actor to it.
 *
 * 1. An actor honours `signal`, and releases its resources on every path.
 * 2. It throws `Fault` or `Cancelled` and nothing else.
 * 3. It never retries; the supervision does.
 * 4. It never logs content.
 */
import type { JsonObject, JsonValue } from './json.ts'
import type { JsonSchema } from './json-schema.ts'
import type { TokenCounts } from './pricing.ts'

/** Describes an actor to the compiler and the catalogue without loading its code. */
export interface ActorDescription {
  /** The name in workflows: `http.get`; for models the provider: `mock`. */
  name: string
  description: string
  /** True: performing it twice may do harm. Decides the defaults of `retry` and `on_lost`. */
  writes: boolean
  input: JsonSchema
  output: JsonSchema
  /** Groups of fields of the input of which one call gives one at most, as paths such as `headers.authorization`. Case is ignored. */
  exclusive?: readonly (readonly string[])[]
  /** True: its output is made of the text of its input, in which a secret could not be found again. A secret in the input is refused. */
  computes?: boolean
  /** Codes of its faults besides those of any actor (`timeout`, `invalid_input`, `tool_failed`): Troupe's, or its own. */
  faults?: readonly string[]
}

export interface Actor<I = JsonValue, O = JsonValue> extends ActorDescription {
  perform(input: I, context: ActorContext): Promise<O>
}

export interface ActorContext {
  /** Aborts on cancel, on timeout and when the run has ended. The actor then stops at once and throws `Cancelled`. */
  signal: AbortSignal
  /** Idempotency key: the same for every attempt of one effect. */
  key: string
  /** True: the workflow gives the key (`key:`). Only then do tools send it as `Idempotency-Key`. */
  keyIsExplicit: boolean
  /** Counts from 1. */
  attempt: number
  /** The end of the attempt, epoch milliseconds. */
  deadline: number
  progress(progress: Progress): void
  usage(usage: Usage): void
  /**
   * Begins a wait for a turn, which the trace and reports tell from work; the result ends it.
   * @param reason `a slot of openai`
   */
  waiting(reason: string): () => void
  /** Notes a doubt about an output that is a success all the same. The trace and live views show it. */
  warn(warning: ActorWarning): void
  /** The value of a declared secret. @throws Fault `unauthorized` when it is not set. */
  secret(name: string): string
  blob(blob: BlobContent): Promise<BlobRef>
  log: Logger
}

/** Progress of an attempt in flight: shown live, never folded. */
export type Progress =
  | { kind: 'text'; text: string }
  | { kind: 'ratio'; done: number; total: number }
  /** Waits for its turn: for `a slot of openai`. */
  | { kind: 'waiting'; reason: string }

/** Consumption of a model call. `cost_usd` is null for an unknown price, 0 for a call that is known to be free. */
export type Usage = TokenCounts & {
  provider: string
  model: string
  cost_usd: number | null
  /** Count of calls that the cache of answers answered: 1 for such a call, which is free; more for a child run. Absent: none. */
  cache_hits?: number
  /** The cost without the vendor's cache, less `cost_usd`: below 0 for a call that writes more than it reads. Absent: none, or no price is known. */
  cache_saved_usd?: number
}

/** `num_ctx`: the window of a local model cut its prompt. `amount`: tokens that were sent at least; `allowed`: tokens that were read. */
export type ActorWarning = { limit: 'num_ctx'; amount: number; allowed: number }

export interface BlobContent {
  bytes: Uint8Array
  media_type: string
  name: string
}

/** A blob as outputs and expressions hold it. The store has its bytes under the hash. */
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
