import { isAlive } from '../process-identity.ts'
import type { ClaimResult, Owner, RunRecord } from '../run-store.ts'

export type Holder = Owner & { leaseUntil: number }

/** True when a run may be claimed: no holder, the lease is over, the holder's process is gone, or the same owner asks again. */
export const isLeaseFree = (holder: Holder | null, claimer: Owner, nowMs: number): boolean =>
  holder === null || holder.id === claimer.id || holder.leaseUntil <= nowMs || !isAlive(holder)

/** Answers a claim that is refused, whatever the flow of the run says; undefined when the lease is free. */
export const refuseClaim = (
  run: RunRecord,
  { owner, now }: { owner: Owner; now: number },
): Extract<ClaimResult, { kind: 'held' | 'ended' }> | undefined => {
  if (run.status !== 'running') return { kind: 'ended', run }
  return isLeaseFree(run.holder, owner, now) ? undefined : { kind: 'held', run }
}

/** True when an admitted run keeps its permit: its holder lives, or it waits or is paused. */
export const keepsPermit = (
  { phase, isPaused, holder }: Pick<RunRecord, 'phase' | 'isPaused' | 'holder'>,
  nowMs: number,
): boolean => phase === 'waiting' || isPaused || (holder !== null && holder.leaseUntil > nowMs && isAlive(holder))
