/** Failures of slots, as the store keeps them and people read them. */
import type { Fault } from '../../core/fault.ts'
import type { KeptSlotFailure, SlotFailure } from '../../store/schedule-record.ts'

/** Longest message that is kept; characters. */
const LONGEST_MESSAGE = 2_000

export const toSlotFailure = (
  { code, message }: Fault,
  { slot, at }: Pick<SlotFailure, 'slot' | 'at'>,
): SlotFailure => ({ slot, at, code, message: message.slice(0, LONGEST_MESSAGE) })

export interface FailedSlots {
  workflow: string
  /** Id. */
  schedule: string
  code: string
  count: number
  /** The slot that was tried last. */
  newest: SlotFailure
}

/** Groups by schedule and fault, in the order of the first of each group. */
export const groupSlotFailures = (failures: readonly KeptSlotFailure[]): FailedSlots[] => {
  const groups = Map.groupBy(failures, ({ schedule, code }) => JSON.stringify([schedule, code]))
  return [...groups.values()].map((own) => {
    const newest = own.reduce((one, other) => (other.at > one.at ? other : one))
    const { workflow, schedule, code } = newest
    return { workflow, schedule, code, count: own.length, newest }
  })
}
