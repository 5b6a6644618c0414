/** Who may begin of the runs that share a flow, of all runs in memory. The rules are in ../run-flow.ts. */
import { keepsPermit } from '../lease.ts'
import { countExcess, countFree, type FlowState, type FlowVerdict, judgeFlow } from '../run-flow.ts'
import { isCancelAsked, type MemoryRun } from './memory-run.ts'

export interface MemoryVerdict extends FlowVerdict {
  /** How many queued runs go first. */
  ahead: number
  /** Whether it takes a permit when it begins: not if it begins only to be cancelled. */
  takesPermit: boolean
}

/** In no flow. */
export const FREE: MemoryVerdict = { isFree: true, retryAt: null, ahead: 0, takesPermit: false }

/** Whether a run that nobody holds may be claimed, for all that its flow says. */
export const judgeClaim = (runs: Iterable<MemoryRun>, run: MemoryRun, now: number): MemoryVerdict => {
  const { flow, admittedAt, record } = run
  if (flow === null) return FREE
  const { phase, isPaused, epoch } = record
  if (admittedAt === null) {
    if ((phase !== 'queued' && epoch > 0) || isCancelAsked(run)) return FREE
    return judgeNew([...runs], run, now)
  }
  if (phase === 'waiting' || isPaused) return { ...FREE, takesPermit: true }
  const state = { ...readFlow(runs, run, now), admissions: [], ahead: 0 }
  const { concurrency } = flow
  return { ...judgeFlow(concurrency === undefined ? {} : { concurrency }, state), ahead: 0, takesPermit: true }
}

/** Whether a run that was not admitted yet may begin. */
const judgeNew = (runs: readonly MemoryRun[], run: MemoryRun, now: number): MemoryVerdict => {
  const ahead = listQueued(runs, run).filter((other) => compareQueued(other, run) < 0).length
  return { ...judgeFlow(run.flow ?? {}, { ...readFlow(runs, run, now), ahead }), ahead, takesPermit: true }
}

/** Who of the others holds a permit, and who was admitted. */
const readFlow = (runs: Iterable<MemoryRun>, run: MemoryRun, now: number): FlowState => {
  const admitted = [...runs]
    .filter((other) => other !== run && isSameFlow(other, run) && other.admittedAt !== null)
    .sort((one, other) => (one.admittedAt ?? 0) - (other.admittedAt ?? 0) || one.key - other.key)
  const since = now - (run.flow?.rate?.windowMs ?? 0)
  return {
    holders: admitted
      .filter(({ record }) => record.status === 'running' && keepsPermit(record, now))
      .map(({ record }) => record.id),
    admissions: admitted
      .filter(({ flow }) => flow?.rate !== undefined)
      .map(({ admittedAt }) => admittedAt ?? 0)
      .filter((at) => at > since),
  }
}

/** What becomes of a run that is new: it begins or waits, with who is asked to make room for it; or it is refused. */
export type MemoryEntry =
  | { kind: 'entered'; verdict: MemoryVerdict; replaced: MemoryRun[] }
  | { kind: 'refused'; holders: string[] }

/** Nothing stands in its way. */
export const ENTERED: MemoryEntry = { kind: 'entered', verdict: FREE, replaced: [] }

/** `run` is not among the runs yet. */
export const enterFlow = (runs: readonly MemoryRun[], run: MemoryRun, now: number): MemoryEntry => {
  const { flow } = run
  if (flow === null) return ENTERED
  const verdict = judgeNew(runs, run, now)
  if (verdict.isFree) return { kind: 'entered', verdict, replaced: [] }
  const { holders } = readFlow(runs, run, now)
  const queued = listQueued(runs, run)
  if (flow.onConflict === 'replace') {
    const outgoing = new Set(holders.slice(0, countExcess(flow, holders.length)))
    const replaced = [...runs.filter(({ record }) => outgoing.has(record.id)), ...queued]
    return { kind: 'entered', verdict: { ...verdict, ahead: 0 }, replaced }
  }
  if (flow.onConflict === 'reject' && verdict.retryAt === null)
    return { kind: 'refused', holders: holders.length > 0 ? holders : queued.map(({ record }) => record.id) }
  return { kind: 'entered', verdict, replaced: [] }
}

/** The others of its flow that are queued, except for those that are asked to be cancelled already. */
const listQueued = (runs: readonly MemoryRun[], run: MemoryRun): MemoryRun[] =>
  runs.filter((other) => other !== run && isSameFlow(other, run) && isQueued(other))

/** The queued runs that their flows let begin now, in the order of the queue. */
export const listFree = (runs: readonly MemoryRun[], now: number): MemoryRun[] => {
  const flows = Map.groupBy(runs.filter(isQueued).sort(compareQueued), (run) =>
    run.flow === null ? '' : `${run.record.workflow} ${run.flow.key}`,
  )
  return [...flows.values()]
    .flatMap((queue) => {
      const [head] = queue
      if (head === undefined || head.flow === null) return queue
      return queue.slice(0, Math.max(0, countFree(head.flow, readFlow(runs, head, now))))
    })
    .sort(compareQueued)
}

const isQueued = (run: MemoryRun): boolean =>
  run.record.status === 'running' && run.record.phase === 'queued' && !isCancelAsked(run)

const isSameFlow = (one: MemoryRun, other: MemoryRun): boolean =>
  one.flow !== null && one.flow.key === other.flow?.key && one.record.workflow === other.record.workflow

const compareQueued = (one: MemoryRun, other: MemoryRun): number =>
  (other.flow?.priority ?? 0) - (one.flow?.priority ?? 0) || one.key - other.key
