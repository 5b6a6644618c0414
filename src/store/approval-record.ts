import type { JsonValue } from '../core/json.ts'

/** A question of a run to a person, as long as it is open. Who decided what stands in the journal. */
export interface ApprovalRecord {
  /** Path of the step, with the foreach items around it; (path, visit) names the approval within its run. */
  path: string
  visit: number
  step: string
  title: string
  /** Shown to the person who decides. */
  show: JsonValue
  /** JSON Schema of what the person fills in; null: nothing. */
  form: JsonValue
  /** People who may decide; null: anyone. */
  by: string[] | null
  /** The tool whose call is asked about; null: a step asks. */
  tool: string | null
  /** Epoch milliseconds; null: never. */
  dueAt: number | null
  /** Epoch milliseconds. */
  requestedAt: number
  /** Hash of the question: reopened with another hash, the approval no longer accepts tokens issued before. */
  requestHash: string
}

export interface OpenApproval extends ApprovalRecord {
  runId: string
  workflow: string
}

export interface ApprovalFilter {
  /** Id. */
  run?: string
  workflow?: string
  limit?: number
}

/** A link that lets its bearer decide: the store keeps only its hash. */
export interface ApprovalToken {
  path: string
  visit: number
  /** Hash of the question that the link shows: the open question must have the same. */
  requestHash: string
  tokenHash: string
}

export interface ApprovalStore {
  /** The open ones, oldest first; without a limit all of them. */
  listApprovals(filter?: ApprovalFilter): Promise<OpenApproval[]>
  /** One live token for each approval: an earlier one no longer counts. False when no such question is open. */
  grantToken(runId: string, token: ApprovalToken): Promise<boolean>
  /** Finds the approval that a token decides, while it is open and asks the same question. */
  findApprovalByToken(tokenHash: string): Promise<OpenApproval | undefined>
}
