/** The port through which commands list approvals and decide them: of a database here, or of a server. */
import type { JsonValue } from '../core/json.ts'
import type { ShownApproval, ShownDecision, toLinkJson } from '../service/views/approval-json.ts'

export interface ApprovalDesk {
  /** Oldest first. @param of.run An id, the beginning or end of one, or `last`. */
  list(of: { run?: string | undefined; workflow?: string | undefined }): Promise<ShownApproval[]>
  /** @throws Fault `not_found`, `conflict`; CliError */
  find(named: ApprovalName): Promise<FoundApproval>
  /** Makes a token whose bearer decides once. @throws as `find` */
  link(named: NamedApproval): Promise<ReturnType<typeof toLinkJson>>
}

/** The id of an approval, the beginning of one, or a run with the path of a step. */
export interface NamedApproval {
  approval: string
  path?: string | undefined
}

/** As `NamedApproval`, or by the token of a link. */
export type ApprovalName = NamedApproval | { token: string }

export interface FoundApproval {
  approval: ShownApproval
  /** @throws Fault `conflict` for a decision that came too late */
  decide(decision: AskedDecision): Promise<{ by: string; end: ShownDecision }>
}

export interface AskedDecision {
  verdict: 'approved' | 'rejected'
  /** Undefined: the user of this machine, or the name of the token. */
  by: string | undefined
  values: JsonValue | undefined
  comment: string | undefined
}
