/** Lists what failed and is not handled yet: runs by workflow, fault and step, and slots of schedules by schedule and fault. */
import type { Store } from '../../store/store.ts'
import { type FailedSlots, groupSlotFailures } from '../schedules/slot-failure.ts'
import { type FailedGroup, type FailedQuery, groupFailed, listFailed } from './failed-runs.ts'

/** Runs that failed in the same way, or slots of a schedule that failed before they had a run. */
export interface FailedEntry {
  workflow: string
  code: string
  /** Id; null: the run as a whole, or a slot. */
  step: string | null
  /** Id; null for runs. */
  schedule: string | null
  count: number
  newest: { run: string | null; slot: number | null; at: number; message: string | null }
}

export type FailedInboxQuery = Pick<FailedQuery, 'workflow' | 'since' | 'withHandled'>

/** Runs before slots. @throws StoreError */
export const listFailedInbox = async (store: Store, query: FailedInboxQuery): Promise<FailedEntry[]> => {
  const groups = groupFailed(await listFailed(store, query)).map(ofRuns)
  return [...groups, ...(await listSlots(store, query)).map(ofSlots)]
}

const listSlots = async (store: Store, { workflow, since = 0 }: FailedInboxQuery): Promise<FailedSlots[]> => {
  const failures = await store.listSlotFailures()
  return groupSlotFailures(failures.filter((one) => one.at >= since && (workflow ?? one.workflow) === one.workflow))
}

const ofRuns = ({ workflow, code, step, count, newest }: FailedGroup): FailedEntry => {
  const { id: run, endedAt, createdAt, error } = newest
  const shown = { run, slot: null, at: endedAt ?? createdAt, message: error?.message ?? null }
  return { workflow, code, step, schedule: null, count, newest: shown }
}

const ofSlots = ({ workflow, schedule, code, count, newest: { slot, at, message } }: FailedSlots): FailedEntry => ({
  workflow,
  code,
  step: null,
  schedule,
  count,
  newest: { run: null, slot, at, message },
})
