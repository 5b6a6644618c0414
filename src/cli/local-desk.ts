/** Lists and decides the approvals of a database here. */
import { createKnownVault } from '../app/project/known-vault.ts'
import type { Redactor } from '../secrets/secret-vault.ts'
import { createLink, findByToken, toTokenMessageId } from '../service/control/approval-link.ts'
import { decide } from '../service/control/decide.ts'
import { findApproval, listOpenApprovals } from '../service/control/open-approvals.ts'
import { toLinkJson, toShownApproval } from '../service/views/approval-json.ts'
import type { OpenApproval } from '../store/approval-record.ts'
import type { Store } from '../store/store.ts'
import type { ApprovalDesk, ApprovalName } from './approval-desk.ts'
import { chooseDecider } from './choose-decider.ts'
import type { Context } from './context.ts'
import { findRun, type Listing, withRuns, withRunsIfThere } from './open-runs.ts'

export const withLocalDesk = (
  context: Context,
  listing: Listing | undefined,
  act: (desk: ApprovalDesk) => Promise<void>,
): Promise<void> =>
  listing === undefined
    ? withRuns(context, ({ store, project }) => act(createDesk(store, createKnownVault(project, context.environment))))
    : withRunsIfThere(context, listing, (store) => act(createDesk(store, undefined)))

/** @param vault Undefined: the command only lists. */
const createDesk = (store: Store, vault: Pick<Redactor, 'redact'> | undefined): ApprovalDesk => ({
  async list({ run, workflow }) {
    const id = run === undefined ? undefined : (await findRun(store, run)).id
    return (await listOpenApprovals(store, { run: id, workflow })).map(toShownApproval)
  },
  async find(named) {
    const approval = await findNamed(store, named)
    const id = 'token' in named ? toTokenMessageId(named.token) : undefined
    return {
      approval: toShownApproval(approval),
      async decide({ by = chooseDecider(approval, { isLink: 'token' in named }), ...decision }) {
        return { by, end: await decide(store, approval, { ...decision, by, id, ...(vault && { vault }) }) }
      },
    }
  },
  async link(named) {
    const approval = await findNamed(store, named)
    return toLinkJson(approval, await createLink(store, approval))
  },
})

const findNamed = async (store: Store, named: ApprovalName): Promise<OpenApproval> => {
  if ('token' in named) return findByToken(store, named.token)
  const { approval, path } = named
  const first = approval === 'last' ? (await findRun(store, approval)).id : approval
  return findApproval(store, { first, path })
}
