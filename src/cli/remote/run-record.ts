/** Reads the JSON of a run, as servers answer it, back into the record that it was made of. */
import { NO_USAGE } from '../../runtime/budget/usage-totals.ts'
import type { RunWait } from '../../service/control/run-waits.ts'
import type { RunRecord } from '../../store/store.ts'
import type { RunJson } from '../../web/api/schemas.ts'

/** A run of an answer: all of its JSON, or what the answer has of it. */
export type ReadRun = Pick<RunJson, 'run' | 'status'> & Partial<RunJson>

/** Fields that the JSON leaves out are empty. The server has judged the lease of its holder. */
export const toRunRecord = ({ run, workflow = '', status, ...rest }: ReadRun): RunRecord => ({
  id: run,
  workflow,
  definition: '',
  needs: [],
  parent: rest.parent ?? null,
  status: toStatus(status),
  phase: status === 'queued' || status === 'waiting' ? status : 'active',
  isPaused: status === 'paused',
  origin: rest.origin ?? null,
  key: null,
  replacedBy: rest.replaced_by ?? null,
  createdAt: toEpoch(rest.created_at) ?? 0,
  begunAt: toEpoch(rest.started_at),
  endedAt: toEpoch(rest.ended_at),
  output: null,
  error: toRunError(rest.error),
  usage: rest.usage ?? NO_USAGE,
  holder: status === 'running' ? { ...UNKNOWN_HOLDER, ...rest.held_by } : null,
  epoch: 0,
})

const toStatus = (status: ReadRun['status']): RunRecord['status'] => {
  if (status === 'damaged') return 'failed'
  return status === 'completed' || status === 'failed' || status === 'cancelled' ? status : 'running'
}

const UNKNOWN_HOLDER: NonNullable<RunRecord['holder']> = {
  id: '',
  pid: 0,
  host: '',
  processStart: 0,
  leaseUntil: Number.MAX_SAFE_INTEGER,
}

export const toRunError = (error: RunJson['error'] | undefined): RunRecord['error'] => {
  if (error === null || error === undefined) return null
  const { code, message, step, retryable = false, details } = error
  return { code, message, retryable, ...(details !== undefined && { details }), step }
}

export const toRunWait = ({ due_at: due, ...wait }: RunJson['waits_for'][number]): RunWait =>
  wait.kind === 'time' ? { ...wait, dueAt: toEpoch(due) ?? 0 } : { ...wait, dueAt: toEpoch(due) }

/** Epoch milliseconds; null for a time that has not come. */
export const toEpoch = (time: string | null | undefined): number | null => (time ? Date.parse(time) : null)
