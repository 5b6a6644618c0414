/** What a run is told, as it stands in the journal: the events that are folded, and what stands in their `data`. */

import type { Usage } from '../core/actor.ts'
import type { FaultData } from '../core/fault.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { BoundName } from '../core/limits.ts'
import type { UsageTotals } from '../store/store.ts'
import type { Amount } from './budget/worst-case.ts'

/** Data of the row `created`: all that a run depends on, so that the fold needs nothing else from outside. */
export interface CreatedData {
  input: JsonValue
  /** Of the lowering that the run began with. */
  lowering: number
  /** Aliases as overridden for this run. */
  models: Record<string, string>
  /** Values of the environment variables that expressions may read. */
  env: JsonObject
  /** Which prices its costs go by. */
  pricing?: { version: string }
  /** Absolute: the folder of the workflow's file, which paths in its tools are relative to. Unknown: it has none. */
  folder?: string
  /** What it has from the run that it was made from. */
  fork?: ForkData
  /** The run whose id stands in the idempotency keys that the host makes, where that is another one. */
  key_run?: string
}

export interface ForkData {
  /** Id of the run that it was made from. */
  run: string
  /** Where it begins: the path of a step, and which visit of it. */
  from: string
  visit: number
  /** How many rows behind `created` are that run's. Their times are moved, so that the fork begins when it was made. */
  rows: number
  /** What these rows did cost, where it was paid: it does not stand in them. */
  usage: UsageTotals
}

/** Data of `outcome`: how the effect ended, and what its last attempt was like. */
export type OutcomeData = AttemptFigures & ({ output: JsonValue } | { fault: FaultData })

export interface AttemptFigures {
  attempt: number
  /** When the last attempt started, epoch milliseconds. */
  started: number
  /** How long it took. */
  ms: number
  usage?: Usage[]
  /** In a row that was copied: what was used in the run that it is from, where it was paid. */
  copied_usage?: Usage[]
  /** Beyond `usage`, what counts as spent, as nobody knows what was used; less than nothing when it has become known. */
  charged?: Amount
}

/**
 * Which deadline came: the `timeout` of a block, the end of a `wait`, the next try of a block; or a `pause`, with which a run that
 * has much to do without anything to perform lets others have their turn.
 */
export type TimerName = 'timeout' | 'wait' | 'backoff' | 'pause'

export type RunEvent =
  | { kind: 'outcome'; at: number; path: string; visit: number; data: OutcomeData }
  | { kind: 'timer'; at: number; path: string; visit: number; data: { timer: TimerName } }
  | { kind: 'cancel'; at: number; data: { by: string } }
  | { kind: 'decision'; at: number; path: string; visit: number; data: DecisionData }
  | { kind: 'signal'; at: number; data: SignalData }
  | { kind: 'budget'; at: number; data: { limit: 'time' | 'cost_usd' | 'tokens' | BoundName; details?: JsonObject } }

/** Who decided what. */
export interface DecisionData {
  /** Of the message: whoever sent it finds by it what has become of it. */
  id?: string
  verdict: 'approved' | 'rejected'
  by: string
  /** What the form was filled in with. */
  values: JsonValue
  comment?: string
  /** RFC 3339: in a row that was copied, when it was decided in the run that it is from. */
  decided_at?: string
}

/** An event from outside, such as `troupe signal` sends. */
export interface SignalData {
  id: string
  name: string
  data: JsonValue
  /** RFC 3339: when it was sent. */
  at: string
}

/** `origin` is the path of the step in a foreach item that the fault came from. */
export type Outcome = { output: JsonValue } | { fault: FaultData; origin?: string }
