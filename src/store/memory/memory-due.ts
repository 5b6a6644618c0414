/** Which runs in memory have something to do. */
import { isAlive } from '../process-identity.ts'
import { judgeClaim, listFree } from './memory-flow.ts'
import { findEarliestTimer, findWaiting, isCancelAsked, type MemoryRun } from './memory-run.ts'

/** In the order of the contract. `at`: of timers; `now`: of leases. */
export const listDue = (runs: readonly MemoryRun[], { at, now }: { at: number; now: number }): MemoryRun[] => {
  const going = runs.filter(({ record }) => record.status === 'running')
  const waiting = listSleeping(going)
  return [
    ...new Set([
      ...going.filter((run) => isLeft(run, now) && judgeClaim(going, run, now).isFree),
      ...waiting
        .filter((run) => findEarliestTimer(run) <= at)
        .sort((one, other) => findEarliestTimer(one) - findEarliestTimer(other)),
      ...waiting.filter((run) => findWaiting(run).length > 0),
      ...going.filter((run) => run.record.phase === 'queued' && isCancelAsked(run)),
      ...listFree(runs, now),
    ]),
  ]
}

export const findNextDue = (runs: readonly MemoryRun[]): number | null => {
  const dueAt = Math.min(...listSleeping(runs).map(findEarliestTimer))
  return Number.isFinite(dueAt) ? dueAt : null
}

const isLeft = ({ record }: MemoryRun, now: number): boolean =>
  record.phase === 'active' &&
  record.epoch > 0 &&
  (record.holder === null || record.holder.leaseUntil <= now || !isAlive(record.holder))

const listSleeping = (runs: readonly MemoryRun[]): MemoryRun[] =>
  runs.filter(({ record }) => record.status === 'running' && record.phase === 'waiting' && record.epoch > 0)
