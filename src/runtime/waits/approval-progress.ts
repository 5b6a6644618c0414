/** Approvals of several people: who has approved, who is still asked, and the words for both. */
import type { JsonObject } from '../../core/json.ts'
import type { ApprovalRecord, GivenApproval } from '../../store/approval-record.ts'
import type { DecisionData } from '../run-event.ts'

export type ApprovalProgress = Pick<ApprovalRecord, 'by' | 'count'> & {
  decisions: readonly Pick<GivenApproval, 'by' | 'at'>[]
}

export const hasApproved = ({ decisions }: Pick<ApprovalProgress, 'decisions'>, person: string): boolean =>
  decisions.some(({ by }) => by === person)

/** The approval with one more approval. @param at Epoch milliseconds. */
export const addApproval = <A extends Pick<ApprovalRecord, 'decisions'>>(
  approval: A,
  { by, values, decided_at }: DecisionData,
  at: number,
): A => {
  const given: GivenApproval = { by, at: decided_at ?? new Date(at).toISOString(), values }
  return { ...approval, decisions: [...approval.decisions, given] }
}

export const isComplete = ({ count, decisions }: Pick<ApprovalProgress, 'count' | 'decisions'>): boolean =>
  decisions.length >= count

/** The numbers that the row of a decision holds for views; empty where one approval is enough. */
export const toCounts = (
  { count, decisions }: Pick<ApprovalProgress, 'count' | 'decisions'>,
  verdict: DecisionData['verdict'],
): Pick<DecisionData, 'given' | 'count'> =>
  count > 1 && verdict === 'approved' ? { given: decisions.length + 1, count } : {}

/** Names of those who may still approve; null: anyone may. */
export const listStillAsked = (approval: ApprovalProgress): string[] | null =>
  approval.by === null ? null : approval.by.filter((name) => !hasApproved(approval, name))

/** `1 of 2: ann`; empty before the first approval. */
export const describeGiven = ({ count, decisions }: Pick<ApprovalProgress, 'count' | 'decisions'>): string =>
  decisions.length === 0 ? '' : `${decisions.length} of ${count}: ${decisions.map(({ by }) => by).join(', ')}`

/** `anyone`, `ann or bob`, `2 of ann, bob, carol`; after the first approval those who are still asked. */
export const describeAsked = (approval: ApprovalProgress): string => {
  const missing = approval.count - approval.decisions.length
  const names = listStillAsked(approval)
  if (names === null) return describeAnyone(missing, approval.decisions.length > 0)
  if (missing === 1) return names.join(' or ')
  return missing === names.length ? names.join(' and ') : `${missing} of ${names.join(', ')}`
}

const describeAnyone = (missing: number, isFollowing: boolean): string => {
  if (missing === 1) return isFollowing ? 'anyone else' : 'anyone'
  return `${missing} ${isFollowing ? 'others' : 'people'}`
}

/** The approvals so far, for the details of a timeout or a rejection; empty where one approval is enough. */
export const toGivenDetails = ({ count, decisions }: Pick<ApprovalProgress, 'count' | 'decisions'>): JsonObject =>
  count === 1 ? {} : { count, decisions: decisions.map(({ by, at }) => ({ by, at })) }
