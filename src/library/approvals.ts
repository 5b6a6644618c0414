/** What runs ask people, and their answers. */
import type { JsonValue } from '../core/json.ts'
import { SecretVault } from '../secrets/secret-vault.ts'
import { toApprovalId } from '../service/control/approval-id.ts'
import { createLink, findByToken, toTokenMessageId } from '../service/control/approval-link.ts'
import { decide as decideOpen } from '../service/control/decide.ts'
import { findApproval, listFamilyApprovals } from '../service/control/open-approvals.ts'
import type { OpenApproval } from '../store/approval-record.ts'
import type { Store } from '../store/store.ts'

/** A question that is open. Times in epoch milliseconds. */
export interface Approval {
  /** Stands for what is asked: asked anew with something else, it has another one. */
  id: string
  run: string
  workflow: string
  /** Of the step, with the foreach items around it. */
  path: string
  visit: number
  title: string
  /** What the person needs to see; of a call of a tool its input. */
  show: JsonValue
  /** JSON Schema of what is to be filled in; null: nothing. */
  form: JsonValue
  /** Who may decide; null: anyone. */
  by: string[] | null
  /** The tool whose call is asked about; null: a step asks. */
  tool: string | null
  requestedAt: number
  /** Null: there is no deadline. */
  dueAt: number | null
}

export interface ListApprovalsOptions {
  store: Store
  /** Of this run and its child runs. */
  run?: string
  workflow?: string
}

/** All that is asked now, oldest first. @throws Fault `not_found` for a run that does not exist; StoreError */
export const listApprovals = async ({ store, run, workflow }: ListApprovalsOptions): Promise<Approval[]> => {
  const open = run === undefined ? await store.listApprovals() : await listFamilyApprovals(store, run)
  return open.filter((approval) => workflow === undefined || approval.workflow === workflow).map(toApproval)
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
  /** Who decides; recorded with when. */
  by: string
  /** What the form is filled in with; its defaults are filled in. */
  values?: JsonValue
  comment?: string
  /** How long to wait for whoever has the run in hand, in milliseconds. Default 3,500. */
  waitMs?: number
  /** Values that are kept out of what is stored, by name; at least 8 characters each. */
  secrets?: Readonly<Record<string, string>>
}

/**
 * Decides, also in another process than the one that has the run. True: it counts, and the run goes on with it. False: nobody has the run in
 * hand now; the decision is kept, and judged when somebody does.
 * @throws Fault `refused` for who may not decide, `invalid_input` for what does not fit the form; `conflict` when it does not count: somebody
 * else was faster, its time is over, what is asked has changed, or the token was used; `not_found`; StoreError
 */
export const decide = async (
  approval: ApprovalName,
  { store, verdict, by, values, comment, waitMs, secrets = {} }: DecideOptions,
): Promise<boolean> => {
  const open = await find(approval, store)
  const id = typeof approval === 'object' && 'token' in approval ? toTokenMessageId(approval.token) : undefined
  const wait = waitMs === undefined ? {} : { waitMs }
  const vault = new SecretVault(secrets)
  return (await decideOpen(store, open, { verdict, by, values, comment, id, vault, ...wait })) === 'counted'
}

const find = (approval: ApprovalName, store: Store): Promise<OpenApproval> => {
  if (typeof approval === 'string') return findApproval(store, { first: approval })
  if ('token' in approval) return findByToken(store, approval.token)
  return findApproval(store, { first: approval.run, path: approval.path })
}

/**
 * A token with which whoever has it may decide, once: for a link in a message. The store keeps its SHA-256 alone; an earlier one for the
 * same approval no longer counts.
 * @throws Fault `not_found`; `conflict` when it is no longer open; StoreError
 */
export const linkApproval = async (
  approval: Exclude<ApprovalName, { token: string }>,
  { store }: { store: Store },
): Promise<string> => (await createLink(store, await find(approval, store))).token
