/** Lists the questions that runs ask people, and decides them. */
import type { JsonValue } from '../core/json.ts'
import { SecretVault } from '../secrets/secret-vault.ts'
import { createLink, findByToken, toTokenMessageId } from '../service/control/approval-link.ts'
import { decide as decideOpen } from '../service/control/decide.ts'
import { withoutDecided } from '../service/control/kept-decision.ts'
import { findApproval, listFamilyApprovals } from '../service/control/open-approvals.ts'
import { toApprovalId } from '../store/approval-id.ts'
import type { OpenApproval } from '../store/approval-record.ts'
import type { Store } from '../store/store.ts'

/** An open question. */
export interface Approval extends Omit<OpenApproval, 'runId' | 'step' | 'requestHash'> {
  /** Derived from the question: a changed question has another id. */
  id: string
  run: string
}

export interface ListApprovalsOptions {
  store: Store
  /** Limits the list to this run and its child runs. */
  run?: string
  workflow?: string
}

/** Lists the open approvals that no decision answers yet, oldest first. @throws Fault `not_found` for a run that does not exist; StoreError */
export const listApprovals = async ({ store, run, workflow }: ListApprovalsOptions): Promise<Approval[]> => {
  const open = run === undefined ? await store.listApprovals() : await listFamilyApprovals(store, run)
  const undecided = await withoutDecided(store, open)
  return undecided.filter((approval) => workflow === undefined || approval.workflow === workflow).map(toApproval)
}

const toApproval = (approval: OpenApproval): Approval => {
  const { runId, step: _, requestHash: __, ...rest } = approval
  return { id: toApprovalId(approval), run: runId, ...rest }
}

/** The id of an approval, a run with the path of the step, or a token made by `linkApproval`. */
export type ApprovalName = string | { run: string; path?: string } | { token: string }

export interface DecideOptions {
  store: Store
  verdict: 'approved' | 'rejected'
  /** The person who decides; recorded with the time. */
  by: string
  /** Values of the form; its defaults are filled in. */
  values?: JsonValue
  comment?: string
  /** How long to wait for the lease holder of the run, in milliseconds. Default 3,500. */
  waitMs?: number
  /** Values that are redacted before anything is stored, by name; at least 8 characters each. */
  secrets?: Readonly<Record<string, string>>
}

/**
 * Decides, from any process. True: the decision counts, and the run goes on, if no other people must approve. False: no process holds the run now; the decision is
 * kept, and judged when a process takes up the run.
 * @throws Fault `refused` for a person who may not decide, `invalid_input` for values that do not fit the form; `conflict` when the
 * decision does not count: another one came first, the deadline has passed, the question has changed, or the token was used;
 * `not_found`; StoreError
 */
export const decide = async (
  approval: ApprovalName,
  { store, verdict, by, values, comment, waitMs, secrets = {} }: DecideOptions,
): Promise<boolean> => {
  const open = await find(approval, store)
  const id = typeof approval === 'object' && 'token' in approval ? toTokenMessageId(approval.token) : undefined
  const wait = waitMs === undefined ? {} : { waitMs }
  const vault = new SecretVault(secrets)
  return (await decideOpen(store, open, { verdict, by, values, comment, id, vault, ...wait })).kind === 'counted'
}

const find = (approval: ApprovalName, store: Store): Promise<OpenApproval> => {
  if (typeof approval === 'string') return findApproval(store, { first: approval })
  if ('token' in approval) return findByToken(store, approval.token)
  return findApproval(store, { first: approval.run, path: approval.path })
}

/**
 * Creates a token whose bearer may decide once, for a link in a message. The store keeps its SHA-256 alone. An earlier token for the
 * same approval no longer counts.
 * @throws Fault `not_found`; `conflict` when it is no longer open; StoreError
 */
export const linkApproval = async (
  approval: Exclude<ApprovalName, { token: string }>,
  { store }: { store: Store },
): Promise<string> => (await createLink(store, await find(approval, store))).token
