/** A schedule that starts runs of a workflow. The store keeps it and which slots are taken; it does not read the expression. */
export interface ScheduleRecord {
  /** Unique in the store. */
  id: string
  workflow: string
  /** Hash of a saved definition. */
  definition: string
  expression: string
  /** IANA name; null: the time zone of the machine. */
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
}

export interface SkippedSlots {
  at: number
  count: number
}

/** The slot `from`, taken at `at`, and the next slot; in epoch milliseconds, null: there is none. */
export interface ScheduleSlot {
  from: number
  to: number | null
  at: number
  /** Number of slots that were passed over. Default 0. */
  skipped?: number
}

export interface ScheduleStore {
  /**
   * Replaces the schedules of a workflow. An existing one with the same expression and time zone keeps its `nextAt`, `lastAt`,
   * `isPaused` and `skipped`. @throws Defect J4 when a definition is not saved
   */
  replaceSchedules(workflow: string, schedules: readonly ScheduleRecord[]): Promise<void>
  /** Lists schedules by workflow, then id. */
  listSchedules(): Promise<ScheduleRecord[]>
  /** Lists schedules with `nextAt <= at` that are not paused, the earliest first. */
  listDueSchedules(at: number): Promise<ScheduleRecord[]>
  /** Takes the slot `from`. Returns true to one caller only, and to none while the schedule is paused. */
  advanceSchedule(id: string, slot: ScheduleSlot): Promise<boolean>
  /** Returns false when the schedule is missing. */
  pauseSchedule(id: string, isPaused: boolean): Promise<boolean>
}
