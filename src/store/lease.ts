import { isAlive } from './process-identity.ts'
import type { Owner, RunRecord } from './store.ts'

export type Holder = Owner & { leaseUntil: number }

/** Whether a run may be claimed: nobody holds it, its lease is over, its process is gone, or the same owner asks again. */
export const isLeaseFree = (holder: Holder | null, claimer: Owner, nowMs: number): boolean =>
  holder === null || holder.id === claimer.id || holder.leaseUntil <= nowMs || !isAlive(holder)

/** Whether a run that its flow admitted keeps its permit: its holder lives, or it waits or is paused. */
export const keepsPermit = (
  { phase, isPaused, holder }: Pick<RunRecord, 'phase' | 'isPaused' | 'holder'>,
  nowMs: number,
): boolean => phase === 'waiting' || isPaused || (holder !== null && holder.leaseUntil > nowMs && isAlive(holder))
