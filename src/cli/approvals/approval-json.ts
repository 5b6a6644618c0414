import { toApprovalId } from '../../service/control/approval-id.ts'
import type { OpenApproval } from '../../store/approval-record.ts'
import { toTime } from '../figures.ts'

/** The object of `--json`. */
export const toApprovalJson = (approval: OpenApproval): Record<string, unknown> => {
  const { runId, workflow, path, visit, title, show, form, by, tool, dueAt, requestedAt } = approval
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
    tool,
    requested_at: toTime(requestedAt),
    due_at: toTime(dueAt),
  }
}
