/** The JSON of runs that are made from other runs, as the command line prints it and the HTTP interface answers it. */
import type { Submitted } from '../../runtime/submit-run.ts'
import type { RunRecord } from '../../store/store.ts'
import type { ForkPlan } from '../history/plan-fork.ts'
import { toShownStatus } from './shown-status.ts'
import { toTime } from './time.ts'

/** A copy that is left to a server. */
export const toCopiedJson = ({ run, isNew }: Submitted) => ({
  run: run.id,
  workflow: run.workflow,
  status: toShownStatus(run),
  is_new: isNew,
  origin: run.origin,
})

/** The copy that a fork would make of a run. */
export const toForkPlanJson = (
  { id, workflow }: Pick<RunRecord, 'id' | 'workflow'>,
  { copied: { past }, dropped, isReached, undoes }: ForkPlan,
) => ({
  workflow,
  origin: { kind: 'fork', of: id },
  from: { step: past.fork.from, visit: past.fork.visit },
  copied_rows: past.rows.length,
  copied_usage: past.fork.usage,
  not_copied: dropped.map(({ path, visit, reason }) => ({ step: path, visit, reason })),
  is_reached: isReached,
  undoes,
})

/** A failed run that may be rerun. */
export const toFailedRunJson = ({ id, workflow, status, endedAt, error }: RunRecord) => ({
  run: id,
  workflow,
  status,
  ended_at: toTime(endedAt),
  error: error === null ? null : { code: error.code, message: error.message, step: error.step },
})
