import type { JsonValue } from '../core/json.ts'

/** The approval of one person. */
export type GivenApproval = {
  by: string
  /** RFC 3339. */
  at: string
  /** Values of the form. */
  values: JsonValue
}

/** An open approval of a run. The journal has the decisions. */
export interface ApprovalRecord {
  /** Path of the step, with the foreach items around it; (path, visit) names the approval within its run. */
  path: string
  visit: number
  step: string
  title: string
  /** Content that the person needs to see; for a tool call its input. */
  show: JsonValue
  /** JSON Schema of the form that the person fills in; null: there is none. */
  form: JsonValue
  /** Names of those who may decide; null: anyone may. */
  by: string[] | null
  /** Number of distinct people who must approve. */
  count: number
  /** Approvals so far, in their order: fewer than `count`. */
  decisions: readonly GivenApproval[]
  /** Tool whose call is to be approved; null for a step of kind `approve`. */
  tool: string | null
  /** When the approval times out, in epoch milliseconds; null: never. */
  dueAt: number | null
  /** Epoch milliseconds. */
  requestedAt: number
  /** Hash of the request. An approval that is reopened with another hash no longer accepts earlier tokens. */
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

/** The id of an approval that was open once, and its place. */
export interface NamedApproval {
  id: string
  runId: string
  path: string
  visit: number
}

/** A token in a link that lets its bearer decide. The store keeps only its hash. */
export interface ApprovalToken {
  path: string
  visit: number
  /** Hash of the request that the link shows. The open approval must have the same. */
  requestHash: string
  tokenHash: string
}

export interface ApprovalStore {
  /** Lists open approvals, oldest first; without a limit all of them. */
  listApprovals(filter?: ApprovalFilter): Promise<OpenApproval[]>
  /** Lists the approvals, open or closed, whose id begins with these digits. Their runs still exist. */
  listNamedApprovals(prefix: string): Promise<NamedApproval[]>
  /** Sets the one live token of an approval. Returns false when no approval with this request is open. */
  grantToken(runId: string, token: ApprovalToken): Promise<boolean>
  /** Finds the approval that a token decides, while it is open with the same request. */
  findApprovalByToken(tokenHash: string): Promise<OpenApproval | undefined>
}
