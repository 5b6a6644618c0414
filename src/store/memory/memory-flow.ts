/** Who may begin of the runs that share a flow, of all runs in memory. The rules are in ../run-flow.ts. */
import { keepsPermit } from '../lease.ts'
import { countFree, type FlowState, type FlowVerdict, judgeFlow } from '../run-flow.ts'
import { isCancelAsked, type MemoryRun } from './memory-run.ts'

export interface MemoryVerdict extends FlowVerdict {
  /** How many queued runs go first. */
  ahead: number
  /** Whether it takes a permit when it begins: not if it begins only to be cancelled. */
  takesPermit: boolean
}

const FREE: MemoryVerdict = { isFree: true, retryAt: null, ahead: 0, takesPermit: false }

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
export const judgeNew = (runs: readonly MemoryRun[], run: MemoryRun, now: number): MemoryVerdict => {
  const ahead = listQueued(runs, run).filter((other) => compareQueued(other, run) < 0).length
  return { ...judgeFlow(run.flow ?? {}, { ...readFlow(runs, run, now), ahead }), ahead, takesPermit: true }
}

/** Who of the others holds a permit, and who was admitted. */
export const readFlow = (runs: Iterable<MemoryRun>, run: MemoryRun, now: number): FlowState => {
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

/** The others of its flow that are queued, except for those that are asked to be cancelled already. */
export const listQueued = (runs: readonly MemoryRun[], run: MemoryRun): MemoryRun[] =>
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
