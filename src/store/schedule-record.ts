/** When a workflow is begun by the clock: the store keeps it, and whether a slot was taken; what the expression means it does not know. */
export interface ScheduleRecord {
  /** Unique in the store. */
  id: string
  workflow: string
  /** Hash of the definition that is begun; it is saved already. */
  definition: string
  expression: string
  /** IANA name; null: the machine's. */
  timezone: string | null
  /** Treatment of slots that passed while no server ran. */
  missed: 'skip' | 'once' | 'all'
  /** Epoch milliseconds; null: never again. */
  nextAt: number | null
  isPaused: boolean
  /** When a slot was last taken. */
  lastAt: number | null
}

/** A slot that is taken at `at`, and the one behind it; epoch milliseconds, null: there is none. */
export interface ScheduleSlot {
  from: number
  to: number | null
  at: number
}

export interface ScheduleStore {
  /**
   * Makes these the schedules of a workflow, in place of those it had. One that is there with the same expression and time zone
   * keeps its `nextAt`, `lastAt` and `isPaused`. @throws Defect J4 when a definition is not saved
   */
  replaceSchedules(workflow: string, schedules: readonly ScheduleRecord[]): Promise<void>
  /** By workflow, then id. */
  listSchedules(): Promise<ScheduleRecord[]>
  /** Those with `nextAt <= at` that are not paused, the earliest first. */
  listDueSchedules(at: number): Promise<ScheduleRecord[]>
  /** Takes the slot `from`: only one of many that try is told true, and none while it is paused. */
  advanceSchedule(id: string, slot: ScheduleSlot): Promise<boolean>
  /** False when there is none. */
  pauseSchedule(id: string, isPaused: boolean): Promise<boolean>
}
