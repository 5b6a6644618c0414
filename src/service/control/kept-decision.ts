/** Decisions that are posted to a run and that no lease holder has taken yet: judged as it will judge them, in their order. */
import { isJsonObject } from '../../core/json.ts'
import { addApproval, isComplete } from '../../runtime/waits/approval-progress.ts'
import { type DecisionBody, findRefusal } from '../../runtime/waits/read-message.ts'
import type { OpenApproval } from '../../store/approval-record.ts'
import type { InboxMessage, Store } from '../../store/store.ts'
import { describeVerdict } from './past-decision.ts'

export interface JudgedApproval {
  /** With the kept approvals that will count. */
  approval: OpenApproval
  /** The kept decision that will end it. */
  end: KeptDecision | undefined
  /** Ids of the messages that will count. */
  counted: ReadonlySet<string>
  /** Reasons for which kept decisions will not count, by the id of their message. */
  refused: ReadonlyMap<string, string>
}

export interface KeptDecision {
  /** Id of the message. */
  id: string
  verdict: 'approved' | 'rejected'
  by: string
}

type Kept = Pick<Store, 'peekInbox'>

/** Judges the kept decisions of each approval. Returns one result for each, in the same order. */
export const judgeKept = async (store: Kept, approvals: readonly OpenApproval[]): Promise<JudgedApproval[]> => {
  if (approvals.length === 0) return []
  const kept = await store.peekInbox([...new Set(approvals.map(({ runId }) => runId))])
  const decisions = kept.filter(({ message }) => message.kind === 'decision')
  const byRun = Map.groupBy(decisions, ({ runId }) => runId)
  return Promise.all(
    approvals.map((approval) => judge(approval, byRun.get(approval.runId)?.map(({ message }) => message) ?? [])),
  )
}

const judge = async (first: OpenApproval, messages: readonly InboxMessage[]): Promise<JudgedApproval> => {
  const counted = new Set<string>()
  const refused = new Map<string, string>()
  let approval = first
  let end: KeptDecision | undefined
  for (const { id, body } of messages) {
    const decision = body as DecisionBody
    if (decision.path !== first.path || decision.visit !== first.visit) continue
    const refusal =
      end === undefined ? await findRefusal(toWait(approval), decision) : { reason: describeEnd(approval, end) }
    if (refusal !== undefined) {
      refused.set(id, refusal.reason)
      continue
    }
    counted.add(id)
    const { verdict, by } = decision
    if (verdict === 'approved') approval = addApproval(approval, decision, Date.now())
    if (verdict === 'rejected' || isComplete(approval)) end = { id, verdict, by }
  }
  return { approval, end, counted, refused }
}

/** `ann approved it before, and that counts when run r-… continues`. @param approval With the approvals that count. */
export const describeEnd = ({ runId, decisions }: OpenApproval, end: KeptDecision): string => {
  const before = decisions.map(({ by }) => by).filter((by) => by !== end.by)
  return `${describeVerdict(end, before)} before, and that counts when run ${runId} continues`
}

/** The wait that the lease holder of its run has open. */
export const toWait = ({ form, ...asked }: OpenApproval) =>
  ({ ...asked, kind: 'approval', form: isJsonObject(form) ? form : null }) as const

/** Lists approvals that no kept decision ends, with the kept approvals that will count. */
export const withoutDecided = async (store: Kept, approvals: readonly OpenApproval[]): Promise<OpenApproval[]> =>
  (await judgeKept(store, approvals)).flatMap(({ approval, end }) => (end === undefined ? [approval] : []))
