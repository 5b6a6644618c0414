import { toApprovalId } from '../../store/approval-id.ts'
import type { OpenApproval } from '../../store/approval-record.ts'
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
