import { isAlive } from './process-identity.ts'
import type { Owner } from './store.ts'

export type Holder = Owner & { leaseUntil: number }

/** Whether a run may be claimed: nobody holds it, its lease is over, its process is gone, or the same owner asks again. */
export const isLeaseFree = (holder: Holder | null, claimer: Owner, nowMs: number): boolean =>
  holder === null || holder.id === claimer.id || holder.leaseUntil <= nowMs || !isAlive(holder)
