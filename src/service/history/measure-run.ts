import type { RunRecord } from '../../store/store.ts'

export interface MeasuredRun {
  /** Epoch milliseconds; null: it is queued, or ended before it began. */
  startedAt: number | null
  /** From its begin to its end, or to now; 0 before it begins. */
  durationMs: number
  /** From its submission to its begin, or to its end or now if it has not begun. */
  queuedMs: number
}

/** Times of a run, in milliseconds. What it waited in a queue is not part of its duration. */
export const measureRun = (
  { createdAt, begunAt, endedAt }: Pick<RunRecord, 'createdAt' | 'begunAt' | 'endedAt'>,
  now: number = Date.now(),
): MeasuredRun => {
  const until = endedAt ?? now
  return {
    startedAt: begunAt,
    durationMs: begunAt === null ? 0 : until - begunAt,
    queuedMs: Math.max(0, (begunAt ?? until) - createdAt),
  }
}
