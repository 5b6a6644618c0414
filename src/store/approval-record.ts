import type { JsonValue } from '../core/json.ts'

/** A question of a run to a person, as long as it is open. Who decided what stands in the journal. */
export interface ApprovalRecord {
  /** Of the step, with the foreach items around it; (path, visit) names the approval within its run. */
  path: string
  visit: number
  step: string
  title: string
  /** What the person needs to see. */
  show: JsonValue
  /** JSON Schema of what the person fills in; null: nothing. */
  form: JsonValue
  /** Who may decide; null: anyone. */
  by: string[] | null
  /** The tool whose call is asked about; null: a step asks. */
  tool: string | null
  /** Epoch milliseconds; null: never. */
  dueAt: number | null
  /** Epoch milliseconds. */
  requestedAt: number
  /** Of what was asked: opened anew with another hash, a token that was given out no longer counts. */
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

/** A link with which somebody may decide without more: the store knows its hash alone. */
export interface ApprovalToken {
  path: string
  visit: number
  /** Of the question that the link shows: it must be the one that is open. */
  requestHash: string
  tokenHash: string
}

export interface ApprovalStore {
  /** The open ones, oldest first; without a limit all of them. */
  listApprovals(filter?: ApprovalFilter): Promise<OpenApproval[]>
  /** One live token for each approval: an earlier one no longer counts. False when no such question is open. */
  grantToken(runId: string, token: ApprovalToken): Promise<boolean>
  /** What may be decided with a token, as long as it is open and asks the same. */
  findApprovalByToken(tokenHash: string): Promise<OpenApproval | undefined>
}
