/**
 * The data of journal rows, one type for each kind. All of them are JSON, so they are type aliases: an interface does not fit
 * `JsonValue`. A field is added as an optional one; journals of former releases stay readable.
 */
import type { ActorWarning, Usage } from '../core/actor.ts'
import type { FaultData } from '../core/fault.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { BoundName } from '../core/limits.ts'
import type { EndStatus } from '../core/machine-ends.ts'
import type { Amount } from '../core/pricing.ts'

/** Everything that a run depends on, so that the fold needs nothing else from outside. */
export type CreatedData = {
  input: JsonValue
  /** Version of the lowering that the run began with. */
  lowering: number
  /** Aliases as overridden for this run. */
  models: Record<string, string>
  /** Values of the environment variables that expressions may read. */
  env: JsonObject
  /** Version of the prices that the costs are computed with. */
  pricing?: { version: string }
  /** Absolute folder of the workflow's file. Paths in its tools are relative to it. Absent: the workflow has no file. */
  folder?: string
  fork?: ForkData
  /** Id of the run that stands in the idempotency keys of the host, where it is not the run itself. */
  key_run?: string
  /** The run was queued: it begins with the row `begun`. Absent: it begins with this row. */
  queued?: true
  /** Name of the token by which it was submitted. */
  by?: string
  /** SHA-256 of the parts of its request that the other fields do not hold, if it has an idempotency key. */
  request?: string
}

/** A queued run begins: its deadlines count from the time of this row. */
export type BegunData = JsonObject

export type UsageTotals = {
  input_tokens: number
  output_tokens: number
  /** Null: the price of at least one call is unknown. */
  cost_usd: number | null
  /** Number of model calls that the cache of answers answered. Absent: none. */
  cache_hits?: number
}

/** The part of a run that is copied from another one. */
export type ForkData = {
  /** Id of the origin. */
  run: string
  /** The fork starts at this path and visit. */
  from: string
  visit: number
  /** Number of rows behind `created` that are copied. Their times are moved, so that the fork begins when it was made. */
  rows: number
  /** Usage of the copied rows, which the origin paid for. The rows themselves do not repeat it. */
  usage: UsageTotals
}

export type AttemptFigures = {
  attempt: number
  /** Start of the last attempt, in epoch milliseconds. */
  started: number
  /** Duration of the last attempt, in milliseconds. */
  ms: number
  /** Part of `ms` in which the actor waited for a slot of its provider. Absent: none. */
  waited_ms?: number
  usage?: Usage[]
  /** In a copied row: the usage in the origin, which paid for it. */
  copied_usage?: Usage[]
  /** Charged beyond `usage`, because the usage is unknown; negative when it has become known. */
  charged?: Amount
}

/** End of an effect, with the figures of its last attempt. */
export type OutcomeData = AttemptFigures & ({ output: JsonValue } | { fault: FaultData })

/**
 * A deadline that was reached: the `timeout` of a block, the end of a `wait`, the next try of a block (`backoff`). A `rate`: the next item of a foreach may start. A `pause` lets other
 * runs have their turn when this one has much to fold and nothing to perform.
 */
export type TimerName = 'timeout' | 'wait' | 'backoff' | 'rate' | 'pause'

export type DecisionData = {
  /** Id of the message, by which its sender finds the result. */
  id?: string
  verdict: 'approved' | 'rejected'
  by: string
  /** Values of the form. */
  values: JsonValue
  comment?: string
  /** RFC 3339. In a copied row: time of the decision in the origin. */
  decided_at?: string
  /** Number of approvals with this one. Absent: one approval is enough. The fold counts for itself. */
  given?: number
  /** Number of approvals that are needed. */
  count?: number
}

/** An event from outside, such as `troupe signal` sends. */
export type SignalData = {
  id: string
  name: string
  data: JsonValue
  /** RFC 3339: time of sending. */
  at: string
}

export type BudgetData = { limit: 'time' | 'cost_usd' | 'tokens' | BoundName; details?: JsonObject }

/** A failed attempt that is followed by another one. */
export type FailedAttemptData = AttemptFigures & {
  fault: FaultData
  /** Index in the fallback order of the model that is called next. */
  choice?: number
  /** Begin of the next attempt behind a long pause, in epoch milliseconds: until then nothing is in flight. */
  retry_at?: number
}

/** An attempt of a former lease holder, with an unknown outcome. */
export type LostData = { attempt: number; charged?: Amount }

/** A bound that is near or exceeded, in the unit of the limit. */
export type ReachedData = { limit: BoundName; amount: number; allowed: number }

/** The call that undoes a step, or the reason why it could not be evaluated. */
export type UndoData = { input: JsonValue } | { fault: FaultData }

/** At its start the end that `finally` follows, and at its end the reason if it did not complete. */
export type FinallyData = { status: EndStatus } | FinallyCut

/** A fault or a cancel that ended `finally`. `step`: path of the step that raised the fault; null: the run as a whole. */
export type FinallyCut = { step: string | null; fault: FaultData } | { is_cancelled: true }

/**
 * An event that fits nothing open, or a message that is refused (`reason`). It holds the fields of the event or message: the
 * figures of an outcome, a decision, a signal.
 */
export type LateData = Partial<AttemptFigures & DecisionData & Omit<SignalData, 'id'> & BudgetData> & {
  output?: JsonValue
  fault?: FaultData
  timer?: TimerName
  reason?: string
}

/** Data by kind of row. */
export interface JournalData {
  created: CreatedData
  begun: BegunData
  outcome: OutcomeData
  timer: { timer: TimerName }
  signal: SignalData
  decision: DecisionData
  cancel: { by: string }
  budget: BudgetData
  attempt: FailedAttemptData
  lost: LostData
  placement: JsonObject
  late: LateData
  stopped: AttemptFigures
  undo: UndoData
  finally: FinallyData
  pause: { is_paused: boolean; by: string }
  left: { is_left: boolean }
  /** A bound of the run, or a doubt about an attempt at its path. */
  warning: ReachedData | ActorWarning
  summary: JsonObject
}
