import { toApprovalId } from '../../store/approval-id.ts'
import type { OpenApproval } from '../../store/approval-record.ts'
import type { Decision, DecisionEnd } from '../control/decide.ts'
import { toTime } from './time.ts'

/** An open question to people, as the command line prints it and the HTTP interface answers it. */
export const toApprovalJson = (approval: OpenApproval): Record<string, unknown> => {
  const { runId, workflow, path, visit, title, show, form, by, count, decisions, tool, dueAt, requestedAt } = approval
  return {
    id: toApprovalId(approval),
    run: runId,
    workflow,
    path,
    visit,
    title,
    show,
    form,
    by,
    count,
    decisions,
    tool,
    requested_at: toTime(requestedAt),
    due_at: toTime(dueAt),
  }
}

/** A decision that is kept: `counted` where the journal has it, `missing` approvals are still asked. */
export const toDecidedJson = (
  approval: OpenApproval,
  { verdict, by, end: { kind, open } }: Pick<Decision, 'verdict' | 'by'> & { end: DecisionEnd },
) => ({
  id: toApprovalId(approval),
  run: approval.runId,
  path: approval.path,
  verdict,
  by,
  counted: kind === 'counted',
  missing: open === undefined ? 0 : open.count - open.decisions.length,
})
