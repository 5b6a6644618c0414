/** A schedule that starts runs of a workflow. The store keeps it and which slots are taken; it does not read the expression. */
export interface ScheduleRecord {
  /** Unique in the store. */
  id: string
  workflow: string
  /** Hash of a saved definition. */
  definition: string
  expression: string
  /** IANA name; null: UTC. */
  timezone: string | null
  /** Treatment of slots that passed while no server ran. */
  missed: 'skip' | 'once' | 'all'
  /** With `all`: most of these slots that start a run, the newest. */
  mostMissed: number
  /** Next slot, in epoch milliseconds; null: never again. */
  nextAt: number | null
  isPaused: boolean
  /** When a slot was last taken. */
  lastAt: number | null
  /** The last time that slots were passed over without a run: how many, and when in epoch milliseconds. */
  skipped: SkippedSlots | null
  /** The last slot that failed before it had a run, until that is retried or dismissed; null: none. */
  failure: ScheduleFailure | null
}

export interface SkippedSlots {
  at: number
  count: number
}

/** A slot that failed before it had a run: its input, its condition, its flow or its workflow. */
export interface SlotFailure {
  /** Epoch milliseconds. */
  slot: number
  /** When it was tried, in epoch milliseconds. */
  at: number
  /** Code of the fault. */
  code: string
  message: string
}

export interface ScheduleFailure extends SlotFailure {
  /** Slots that failed one after the other; 0 when a later one did not fail. */
  inRow: number
  /** Failed slots that are kept. */
  kept: number
}

export interface KeptSlotFailure extends SlotFailure {
  /** Id. */
  schedule: string
  workflow: string
}

/** Failed slots that are kept for a schedule: the newest. */
export const MOST_KEPT_FAILURES = 1_000

/** The slot `from`, taken at `at`, and the next slot; in epoch milliseconds, null: there is none. */
export interface ScheduleSlot {
  from: number
  to: number | null
  at: number
  /** Number of slots that were passed over. Default 0. */
  skipped?: number
  /** Result of the slot that was tried. Default: none was. */
  tried?: 'passed' | SlotFailure
}

export interface ScheduleStore {
  /**
   * Replaces the schedules of a workflow. An existing one with the same expression and time zone keeps its `nextAt`, `lastAt`,
   * `isPaused`, `skipped` and count of failures in a row. Failed slots go with a schedule that goes. @throws Defect J4 when a definition
   * is not saved
   */
  replaceSchedules(workflow: string, schedules: readonly ScheduleRecord[]): Promise<void>
  /** Lists schedules by workflow, then id. */
  listSchedules(): Promise<ScheduleRecord[]>
  /** Lists schedules with `nextAt <= at` that are not paused, the earliest first. */
  listDueSchedules(at: number): Promise<ScheduleRecord[]>
  /** Takes the slot `from`, and keeps its failure. Returns true to one caller only, and to none while the schedule is paused. */
  advanceSchedule(id: string, slot: ScheduleSlot): Promise<boolean>
  /** Returns false when the schedule is missing. */
  pauseSchedule(id: string, isPaused: boolean): Promise<boolean>
  /** Lists the failed slots that are kept, the newest first: of one schedule, or of all. */
  listSlotFailures(schedule?: string): Promise<KeptSlotFailure[]>
  /** Replaces the failure of a slot that was tried again. A slot that is not kept any more stays so. */
  updateSlotFailure(schedule: string, failure: SlotFailure): Promise<void>
  /** Forgets the failures of these slots. Returns how many were kept. */
  dropSlotFailures(schedule: string, slots: readonly number[]): Promise<number>
}
