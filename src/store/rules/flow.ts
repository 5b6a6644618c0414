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
}: FlowMember): 'open' | 'permit' | 'queue' => {
  if (admittedAt !== null) return phase === 'waiting' || isPaused ? 'open' : 'permit'
  return (phase !== 'queued' && epoch > 0) || isCancelAsked ? 'open' : 'queue'
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
  flow?.onConflict !== 'reject' && flow?.onConflict !== 'replace'

/** Outcome for a new run: it is entered, perhaps after asking others (`replaced`, ids) to make room, or refused. */
export type FlowEntry = { kind: 'entered'; replaced: string[] } | { kind: 'refused'; holders: string[] }

/** True when the entry of a new run depends on who the others are. */
export const needsOthers = ({ onConflict }: RunFlow, { isFree, retryAt }: FlowVerdict): boolean =>
  !isFree && (onConflict === 'replace' || (onConflict === 'reject' && retryAt === null))

/** Decides about a new run that is not free, by the ids of the holders in the order of their admission, and of the queued runs. */
export const enterFlow = (
  { onConflict, concurrency }: RunFlow,
  { holders, queued }: { holders: readonly string[]; queued: readonly string[] },
): FlowEntry => {
  if (onConflict === 'reject') return { kind: 'refused', holders: [...(holders.length > 0 ? holders : queued)] }
  const excess = concurrency === undefined ? 0 : Math.max(0, holders.length + 1 - concurrency)
  return { kind: 'entered', replaced: [...holders.slice(0, excess), ...queued] }
}

/** The inbox message that asks a run to make room for another one. */
export const createReplaceMessage = (replacedBy: string): { id: string; kind: 'cancel'; body: { by: string } } => ({
  id: `replace-${replacedBy}`,
  kind: 'cancel',
  body: { by: `flow: replaced by ${replacedBy}` },
})
