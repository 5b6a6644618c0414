import { toApprovalId } from '../../store/approval-id.ts'
import type { OpenApproval } from '../../store/approval-record.ts'
import type { ApprovalLink } from '../control/approval-link.ts'
import type { Decision, DecisionEnd } from '../control/decide.ts'
import { toTime } from './time.ts'

/** An open question to people with its id, which names its content too. */
export interface ShownApproval extends Omit<OpenApproval, 'step' | 'requestHash'> {
  id: string
}

export const toShownApproval = ({ step: _, requestHash, ...approval }: OpenApproval): ShownApproval => ({
  ...approval,
  id: toApprovalId({ ...approval, requestHash }),
})

/** An open question to people, as the command line prints it and the HTTP interface answers it. */
export const toApprovalJson = (approval: ShownApproval): Record<string, unknown> => {
  const { id, runId, workflow, path, visit, title, show, form, by, count, decisions, tool, dueAt, requestedAt } =
    approval
  return {
    id,
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

/** How a decision was taken. */
export interface ShownDecision extends Pick<DecisionEnd, 'kind'> {
  /** The approval as it waits for others. Undefined: it is decided. */
  open: Pick<ShownApproval, 'by' | 'count' | 'decisions'> | undefined
}

/** A decision that is kept: `counted` where the journal has it, `missing` approvals are still asked. */
export const toDecidedJson = (
  approval: Pick<ShownApproval, 'id' | 'runId' | 'path'>,
  { verdict, by, end: { kind, open } }: Pick<Decision, 'verdict' | 'by'> & { end: ShownDecision },
) => ({
  id: approval.id,
  run: approval.runId,
  path: approval.path,
  verdict,
  by,
  counted: kind === 'counted',
  missing: open === undefined ? 0 : open.count - open.decisions.length,
})

/** A token that decides an approval once. */
export const toLinkJson = (approval: OpenApproval, { token, dueAt }: ApprovalLink) => ({
  token,
  approval: toApprovalId(approval),
  run: approval.runId,
  path: approval.path,
  title: approval.title,
  due_at: toTime(dueAt),
})
