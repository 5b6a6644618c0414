/** Decisions that are posted to a run and that no lease holder has taken yet. The first that will count decides. */
import { isJsonObject } from '../../core/json.ts'
import { type DecisionBody, findRefusal } from '../../runtime/waits/read-message.ts'
import { toApprovalId } from '../../store/approval-id.ts'
import type { OpenApproval } from '../../store/approval-record.ts'
import type { InboxMessage, Store } from '../../store/store.ts'

export interface KeptDecision {
  /** Id of the message. */
  id: string
  verdict: 'approved' | 'rejected'
  by: string
}

/** Finds the first kept decision of each approval, by the approval's id. */
export const findKeptDecisions = async (
  store: Pick<Store, 'peekInbox'>,
  approvals: readonly OpenApproval[],
): Promise<Map<string, KeptDecision>> => {
  const found = new Map<string, KeptDecision>()
  if (approvals.length === 0) return found
  const kept = await store.peekInbox([...new Set(approvals.map(({ runId }) => runId))])
  const decisions = kept.filter(({ message }) => message.kind === 'decision')
  const byRun = Map.groupBy(decisions, ({ runId }) => runId)
  for (const approval of approvals) {
    const first = await findFirst(approval, byRun.get(approval.runId)?.map(({ message }) => message) ?? [])
    if (first !== undefined) found.set(toApprovalId(approval), first)
  }
  return found
}

const findFirst = async (
  approval: OpenApproval,
  messages: readonly InboxMessage[],
): Promise<KeptDecision | undefined> => {
  const { path, visit, form, ...asked } = approval
  const wait = { ...asked, path, visit, kind: 'approval', form: isJsonObject(form) ? form : null } as const
  for (const { id, body } of messages) {
    const decision = body as DecisionBody
    if (decision.path !== path || decision.visit !== visit) continue
    if ((await findRefusal(wait, decision)) !== undefined) continue
    return { id, verdict: decision.verdict, by: decision.by }
  }
  return undefined
}

/** Lists approvals that no kept decision answers. */
export const withoutDecided = async (
  store: Pick<Store, 'peekInbox'>,
  approvals: readonly OpenApproval[],
): Promise<OpenApproval[]> => {
  const kept = await findKeptDecisions(store, approvals)
  return approvals.filter((approval) => !kept.has(toApprovalId(approval)))
}
