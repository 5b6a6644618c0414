/** Starts the runs of slots that failed before they had one: with the version of the workflow that its schedule has now. */
import type { Clock } from '../../core/clock.ts'
import { type Fault, isFault } from '../../core/fault.ts'
import type { KeptSlotFailure, ScheduleRecord } from '../../store/schedule-record.ts'
import type { Store } from '../../store/store.ts'
import type { OpenedSchedule } from './open-schedule.ts'
import { toSlotFailure } from './slot-failure.ts'

export type RetriedSlot = { slot: number } & (
  | { kind: 'started'; run: string }
  /** The condition of the schedule says no. */
  | { kind: 'unwanted' }
  | { kind: 'failed'; fault: Fault }
)

export interface RetryPorts {
  store: Store
  clock: Pick<Clock, 'now'>
  /** @throws Fault */
  open(schedule: ScheduleRecord): Promise<OpenedSchedule>
}

/** Tries each slot once, the oldest first. A slot that fails again stays, with its new failure. @throws StoreError */
export const retrySlots = async (
  schedule: ScheduleRecord,
  failures: readonly KeptSlotFailure[],
  { store, clock, open }: RetryPorts,
): Promise<RetriedSlot[]> => {
  const retried: RetriedSlot[] = []
  let opened: OpenedSchedule | undefined
  for (const { slot } of [...failures].sort((a, b) => a.slot - b.slot)) {
    try {
      opened ??= await open(schedule)
      const run = await opened.start(slot)
      await store.dropSlotFailures(schedule.id, [slot])
      retried.push(run === null ? { slot, kind: 'unwanted' } : { slot, kind: 'started', run })
    } catch (cause) {
      if (!isFault(cause)) throw cause
      await store.updateSlotFailure(schedule.id, toSlotFailure(cause, { slot, at: clock.now() }))
      retried.push({ slot, kind: 'failed', fault: cause })
    }
  }
  return retried
}
