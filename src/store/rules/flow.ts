/**
 * Flow control: how many runs with one key go on at once, and how many begin within a time.
 *
 * There is no table of permits. A run holds a permit from its admission until it ends, as long as its lease is live, or it
 * waits or is paused: the permit of a killed process is free as soon as its run may be claimed. The rules here serve all
 * stores; each store reads who holds permits, how many are ahead, and when runs were admitted. A process that was silent for
 * longer than its lease and goes on has given its permit away for that time: until its run ends, one run more than allowed
 * may go on.
 */
import type { Rate } from '../../core/rate.ts'
import type { RunPhase } from '../run-status.ts'

/** Shared by the runs of one workflow with the same `key`. The limits of the run that is to begin count. */
export interface RunFlow {
  key: string
  /** Most runs that hold a permit at once; default: any number. */
  concurrency?: number
  /** Admits at most `count` runs within any `windowMs`; default: any number. */
  rate?: Rate
  /** Higher goes first; default 0. Of equal ones the older. */
  priority?: number
  /**
   * Without a free permit: wait for one (`queue`, default), do not begin at all (`reject`), or cancel the oldest holders and
   * all queued runs (`replace`). A rate that is used up delays the run in each case.
   */
  onConflict?: 'queue' | 'reject' | 'replace'
  /** Most runs that wait in the queue; default: any number. */
  maxQueued?: number
  /** Outcome for a new run that finds the queue full. Default `refuse`. */
  whenFull?: 'refuse' | 'drop_oldest'
  /** A run that has not begun after this time in the queue is cancelled; default: it waits without end. */
  expireMs?: number
}

export type FlowLimits = Pick<RunFlow, 'concurrency' | 'rate'>

/** The other runs of a flow. */
export interface FlowState {
  /** Ids of the runs that hold a permit, in the order of their admission. */
  holders: string[]
  /** Times of the admissions within the window of the rate, the oldest first; empty without a rate. */
  admissions: number[]
}

export interface FlowVerdict {
  isFree: boolean
  /** When the rate allows the run, in epoch milliseconds; null: when a permit or a place ahead becomes free. */
  retryAt: number | null
}

export interface Admission extends FlowVerdict {
  /** How many queued runs go first. */
  ahead: number
  /** True when the run takes a permit as it begins: not when it begins only to be cancelled. */
  takesPermit: boolean
  /** It begins only to be cancelled, since its time in the queue is over. */
  isExpired?: boolean
}

/** The answer for a run without a flow. */
export const UNBOUND: Admission = { isFree: true, retryAt: null, ahead: 0, takesPermit: false }

/** The state of a run that its claim is judged by. */
export interface FlowMember {
  phase: RunPhase
  isPaused: boolean
  epoch: number
  /** When its flow let it begin; null: not yet. */
  admittedAt: number | null
  /** A cancel waits in its inbox. */
  isCancelAsked: boolean
  /** Its time in the queue is over. */
  isExpired: boolean
}

/**
 * Says which look at the others the claim of a run needs. `open`: none, since the run has its permit still, or begins only to
 * be cancelled. `permit`: its holder is gone, and its permit may be taken: only the concurrency counts. `queue`: it was not
 * admitted yet, and all limits and those ahead count.
 */
export const findGate = ({
  phase,
  isPaused,
  epoch,
  admittedAt,
  isCancelAsked,
  isExpired,
}: FlowMember): 'open' | 'permit' | 'queue' => {
  if (admittedAt !== null) return phase === 'waiting' || isPaused ? 'open' : 'permit'
  return (phase !== 'queued' && epoch > 0) || isCancelAsked || isExpired ? 'open' : 'queue'
}

/** Decides whether a run may begin that has `ahead` others before it. */
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

/** Counts the runs of a flow that may begin now. */
export const countFree = (limits: FlowLimits, { holders, admissions }: FlowState): number =>
  Math.max(
    0,
    Math.min(
      countPermits(limits, holders.length),
      (limits.rate?.count ?? Number.POSITIVE_INFINITY) - admissions.length,
    ),
  )

const countPermits = ({ concurrency }: FlowLimits, held: number): number =>
  (concurrency ?? Number.POSITIVE_INFINITY) - held

/** True when a submitted run is queued without a look at the others, however long their queue is. */
export const waitsInAnyCase = ({ flow }: { flow?: RunFlow }): boolean =>
  flow?.onConflict !== 'reject' && flow?.onConflict !== 'replace' && flow?.maxQueued === undefined

/** The flow rejects a run that would have to wait; nothing of the run is kept. */
export interface RefusedRun {
  kind: 'refused'
  /** Ids of the runs that hold the permits, or are ahead. */
  holders: string[]
  /** The queue is full: how many runs wait in it, and how many may. Absent: the flow has no queue. */
  queue?: { waiting: number; most: number }
}

/** Outcome for a new run: it is entered, perhaps after asking others (`leaving`, ids) to make room, or refused. */
export type FlowEntry = { kind: 'entered'; leaving: string[]; why: 'replaced' | 'dropped' } | RefusedRun

/** True when the entry of a new run depends on who the others are. */
export const needsOthers = (
  { onConflict = 'queue', maxQueued, concurrency, rate }: RunFlow,
  { isFree, retryAt }: FlowVerdict,
): boolean => {
  // Without a limit no run waits for a permit: all those wait that no server has begun yet.
  if (maxQueued !== undefined && onConflict === 'queue' && concurrency === undefined && rate === undefined) return true
  if (isFree) return false
  if (onConflict === 'queue') return maxQueued !== undefined
  return onConflict === 'replace' || retryAt === null
}

/** The other runs of the flow of a new run that is not free. */
export interface FlowOthers extends FlowState {
  /** Ids of the queued runs, the oldest first. */
  queued: readonly string[]
}

/** Decides about a new run that is not free. */
export const enterFlow = (flow: RunFlow, others: FlowOthers): FlowEntry => {
  const { onConflict = 'queue', concurrency } = flow
  const { holders, queued } = others
  if (onConflict === 'queue') return enterQueue(flow, others)
  if (onConflict === 'reject') return { kind: 'refused', holders: [...(holders.length > 0 ? holders : queued)] }
  const excess = concurrency === undefined ? 0 : Math.max(0, holders.length + 1 - concurrency)
  return { kind: 'entered', leaving: [...holders.slice(0, excess), ...queued], why: 'replaced' }
}

/** Queued runs that may begin at once do not count as waiting. */
const enterQueue = (
  { maxQueued: most = Number.POSITIVE_INFINITY, whenFull, ...limits }: RunFlow,
  others: FlowOthers,
): FlowEntry => {
  const { holders, queued } = others
  const isLimited = limits.concurrency !== undefined || limits.rate !== undefined
  const waiting = Math.max(0, queued.length - (isLimited ? countFree(limits, others) : 0))
  const excess = waiting + 1 - most
  if (excess <= 0 || whenFull === 'drop_oldest')
    return { kind: 'entered', leaving: queued.slice(0, Math.max(0, excess)), why: 'dropped' }
  return { kind: 'refused', holders: [...holders], queue: { waiting, most } }
}

/** The inbox message that asks a run to make room for another one. */
export const createLeaveMessage = (
  why: 'replaced' | 'dropped',
  by: string,
): { id: string; kind: 'cancel'; body: { by: string } } => ({
  id: `${why}-${by}`,
  kind: 'cancel',
  body: { by: why === 'replaced' ? `flow: replaced by ${by}` : `flow: dropped for ${by}, since the queue was full` },
})
