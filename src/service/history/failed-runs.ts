/** Lists failed runs that were not restarted, rerun or forked yet, and groups them by their fault. */
import type { RunRecord, Store } from '../../store/store.ts'
import { stepOfPath } from '../../store/usage-sums.ts'

export interface FailedQuery {
  /** Default: `failed`. */
  status?: 'failed' | 'cancelled'
  workflow?: string
  /** Code of the fault that ended the run. */
  code?: string
  /** Id of the step that raised the fault. */
  step?: string
  /** Earliest end, in epoch milliseconds. */
  since?: number
  /** Includes runs that were restarted, rerun or forked since. Default false. */
  withHandled?: boolean
}

/** Newest first. Child runs belong to their parents and are left out. */
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

/** Ids of runs that another run was made from: they count as handled, whatever the end of the new run. */
const findHandled = async (store: Store, workflow: string | undefined): Promise<Set<string>> => {
  const runs = await store.listRuns(workflow === undefined ? {} : { workflow })
  return new Set(runs.flatMap(({ origin }) => (origin === null || origin.kind === 'schedule' ? [] : [origin.of])))
}

export interface FailedGroup {
  workflow: string
  code: string
  /** Id of the step that raised the fault. Null: the run as a whole. */
  step: string | null
  count: number
  newest: RunRecord
}

/** Groups by workflow, fault and step: the largest first, of equal size the most recent first. */
export const groupFailed = (runs: readonly RunRecord[]): FailedGroup[] => {
  const byFault = Map.groupBy(runs, (run) => JSON.stringify([run.workflow, codeOf(run), stepOf(run)]))
  const groups = [...byFault.values()].map((own): FailedGroup => {
    const newest = own.reduce((one, other) => ((other.endedAt ?? 0) > (one.endedAt ?? 0) ? other : one))
    return { workflow: newest.workflow, code: codeOf(newest), step: stepOf(newest), count: own.length, newest }
  })
  return groups.sort((one, other) => other.count - one.count || (other.newest.endedAt ?? 0) - (one.newest.endedAt ?? 0))
}

const codeOf = ({ error, status }: RunRecord): string => error?.code ?? status

const stepOf = ({ error }: RunRecord): string | null => (error?.step ? stepOfPath(error.step) : null)
