/**
 * Flow control: how many runs with one key go on at once, and how many begin in a while.
 *
 * There is no table of permits. A run holds one from when it was admitted until it ends, as long as its lease is live, or it
 * waits or is paused: the permit of a killed process is free as soon as its run may be claimed. The rules stand here, for all
 * stores; the stores say who holds, who is ahead and who was admitted when. A process that was silent for longer than its lease
 * and goes on has given its permit away for that time: until its run ends, one more than allowed may go on.
 */

/** What runs of one workflow that have the same `key` share. The limits of the one that is to begin count. */
export interface RunFlow {
  key: string
  /** At most so many hold a permit at once; default: any number. */
  concurrency?: number
  /** At most `count` are admitted within any `windowMs`; default: any number. */
  rate?: { count: number; windowMs: number }
  /** Higher goes first; default 0. Of equal ones the older. */
  priority?: number
  /**
   * When no permit is free: wait for one (`queue`, default), do not begin at all (`reject`), or ask the oldest holders, and all
   * that are queued, to be cancelled (`replace`). A rate that is used up delays, whatever this says.
   */
  onConflict?: 'queue' | 'reject' | 'replace'
}

export type FlowLimits = Pick<RunFlow, 'concurrency' | 'rate'>

/** What goes on in a flow. */
export interface FlowState {
  /** Ids of the runs that hold a permit, in the order in which they were admitted. */
  holders: string[]
  /** When runs were admitted within the window of the rate, the oldest first; empty without a rate. */
  admissions: number[]
}

export interface FlowVerdict {
  isFree: boolean
  /** When the rate allows the run, in epoch milliseconds; null: when somebody who holds a permit or is ahead makes room. */
  retryAt: number | null
}

/** Whether a run may begin that has `ahead` others before it. */
export const judgeFlow = (
  limits: FlowLimits,
  { holders, admissions, ahead }: FlowState & { ahead: number },
): FlowVerdict => {
  if (countPermits(limits, holders.length) <= ahead) return { isFree: false, retryAt: null }
  const { rate } = limits
  if (rate === undefined || rate.count - admissions.length > ahead) return { isFree: true, retryAt: null }
  const passing = admissions[admissions.length + ahead - rate.count]
  return { isFree: false, retryAt: passing === undefined ? null : passing + rate.windowMs }
}

/** How many runs of a flow may begin now. */
export const countFree = (limits: FlowLimits, { holders, admissions }: FlowState): number =>
  Math.min(countPermits(limits, holders.length), (limits.rate?.count ?? Number.POSITIVE_INFINITY) - admissions.length)

/** How many holders have to make room for one more. */
export const countExcess = ({ concurrency }: FlowLimits, held: number): number =>
  concurrency === undefined ? 0 : Math.max(0, held + 1 - concurrency)

/** Whether a run that is submitted is queued without a look at the others, however long their queue is. */
export const waitsInAnyCase = ({ flow }: { flow?: RunFlow }): boolean =>
  flow?.onConflict !== 'reject' && flow?.onConflict !== 'replace'

const countPermits = ({ concurrency }: FlowLimits, held: number): number =>
  (concurrency ?? Number.POSITIVE_INFINITY) - held

/** The inbox message that asks a run to make room for another one. */
export const createReplaceMessage = (replacedBy: string): { id: string; kind: 'cancel'; body: { by: string } } => ({
  id: `replace-${replacedBy}`,
  kind: 'cancel',
  body: { by: `flow: replaced by ${replacedBy}` },
})
