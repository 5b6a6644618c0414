/** The runs that failed and that nobody has dealt with yet, and what they have in common. */
import type { RunRecord, Store } from '../../store/store.ts'
import { stepOfPath } from '../../store/usage-sums.ts'

export interface FailedQuery {
  /** Default: failed ones. */
  status?: 'failed' | 'cancelled'
  workflow?: string
  /** Of the fault that ended them. */
  code?: string
  /** Id of the step that it came from. */
  step?: string
  /** Epoch milliseconds: those that ended then or later. */
  since?: number
  /** Also those that were restarted, rerun or forked since. Default false. */
  withHandled?: boolean
}

/** Newest first; child runs belong to their parents, and are left out. */
export const listFailed = async (store: Store, query: FailedQuery = {}): Promise<RunRecord[]> => {
  const { status = 'failed', workflow, code, step, since = 0, withHandled = false } = query
  const [runs, handled] = await Promise.all([
    store.listRuns({ status, ...(workflow === undefined ? {} : { workflow }) }),
    withHandled ? new Set<string>() : findHandled(store, workflow),
  ])
  return runs.filter(
    (run) =>
      (run.endedAt ?? 0) >= since &&
      !handled.has(run.id) &&
      (code === undefined || run.error?.code === code) &&
      (step === undefined || stepOf(run) === step),
  )
}

/** A run that another one was made from is dealt with: what becomes of that one is its own. */
const findHandled = async (store: Store, workflow: string | undefined): Promise<Set<string>> => {
  const runs = await store.listRuns(workflow === undefined ? {} : { workflow })
  return new Set(runs.flatMap(({ origin }) => (origin === null || origin.kind === 'schedule' ? [] : [origin.of])))
}

export interface FailedGroup {
  workflow: string
  code: string
  /** Id of the step that the fault came from; null: from the run as a whole. */
  step: string | null
  count: number
  newest: RunRecord
}

/** By workflow, fault and step; the largest first, of equal ones the one that was added to last. */
export const groupFailed = (runs: readonly RunRecord[]): FailedGroup[] => {
  const groups = new Map<string, FailedGroup>()
  for (const run of runs) {
    const { workflow, error } = run
    const code = error?.code ?? run.status
    const step = stepOf(run)
    const key = JSON.stringify([workflow, code, step])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { workflow, code, step, count: 1, newest: run })
    else {
      group.count++
      if ((run.endedAt ?? 0) > (group.newest.endedAt ?? 0)) group.newest = run
    }
  }
  return [...groups.values()].sort(
    (one, other) => other.count - one.count || (other.newest.endedAt ?? 0) - (one.newest.endedAt ?? 0),
  )
}

const stepOf = ({ error }: RunRecord): string | null => (error?.step ? stepOfPath(error.step) : null)
