/** Lists and decides the approvals of a server. */
import type { ShownApproval } from '../../service/views/approval-json.ts'
import { Approval, type ApprovalJson, ApprovalList, Decided } from '../../web/api/schemas.ts'
import type { ApprovalDesk } from '../approval-desk.ts'
import { CliError } from '../cli-error.ts'
import { whoAsks } from '../who-asks.ts'
import { findRunId } from './run-path.ts'
import { toEpoch } from './run-record.ts'
import { type ServerClient, toQuery } from './server-client.ts'

export const createRemoteDesk = (client: ServerClient): ApprovalDesk => ({
  async list({ run, workflow }) {
    const id = run && (await findRunId(client, run))
    const { approvals } = await client.get(toQuery('/api/v1/approvals', { run: id, workflow }), ApprovalList)
    return approvals.map(toShown)
  },
  async find(named) {
    if ('token' in named)
      throw new CliError('--token needs a database: over HTTP, TROUPE_TOKEN names the one who decides', {
        hint: 'name the approval: troupe approvals approve ID',
      })
    const first = named.approval === 'last' ? await findRunId(client, named.approval) : named.approval
    const toPath = (id: string, path?: string): string =>
      toQuery(`/api/v1/approvals/${encodeURIComponent(id)}`, { path })
    const approval = toShown(await client.get(toPath(first, named.path), Approval))
    const path = toPath(approval.id)
    return {
      approval,
      async decide({ verdict, by = client.hasToken ? undefined : whoAsks(), values, comment }) {
        const body = {
          decision: verdict === 'approved' ? 'approve' : 'reject',
          ...(by !== undefined && { by }),
          ...(values !== undefined && { values }),
          ...(comment !== undefined && { comment }),
        }
        const decided = await client.post(path, Decided, { body })
        const open = decided.missing === 0 ? undefined : await readOpen(client, path)
        return { by: decided.by, end: { kind: decided.counted ? 'counted' : 'kept', open } }
      },
    }
  },
})

/** Undefined: another person has decided it by now. */
const readOpen = async (client: ServerClient, path: string): Promise<ShownApproval | undefined> =>
  client.get(path, Approval).then(toShown, () => undefined)

const toShown = ({
  run: runId,
  requested_at: requestedAt,
  due_at: dueAt,
  ...approval
}: ApprovalJson): ShownApproval => ({
  ...approval,
  runId,
  decisions: approval.decisions.map(({ by, at, values = null }) => ({ by, at, values })),
  requestedAt: toEpoch(requestedAt) ?? 0,
  dueAt: toEpoch(dueAt),
})
