/** Lists and decides the approvals of a server. */
import type { JsonObject } from '../../core/json.ts'
import type { ShownApproval, ShownDecision } from '../../service/views/approval-json.ts'
import {
  Approval,
  type ApprovalJson,
  ApprovalLink,
  ApprovalList,
  Decided,
  type DecidedJson,
} from '../../web/api/schemas.ts'
import type { ApprovalDesk, AskedDecision, FoundApproval, NamedApproval } from '../approval-desk.ts'
import { chooseDecider } from '../choose-decider.ts'
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
  find: (named) => ('token' in named ? findByToken(client, named.token) : findNamed(client, named)),
  async link(named) {
    const { first, path } = await readPlace(client, named)
    return client.post(toQuery(`${toApprovalPath(first)}/link`, { path }), ApprovalLink)
  },
})

const toApprovalPath = (id: string): string => `/api/v1/approvals/${encodeURIComponent(id)}`

/** `last` is resolved here. */
const readPlace = async (
  client: ServerClient,
  { approval, path }: NamedApproval,
): Promise<{ first: string; path: string | undefined }> => ({
  first: approval === 'last' ? await findRunId(client, approval) : approval,
  path,
})

const findNamed = async (client: ServerClient, named: NamedApproval): Promise<FoundApproval> => {
  const place = await readPlace(client, named)
  const approval = toShown(await client.get(toQuery(toApprovalPath(place.first), { path: place.path }), Approval))
  const path = toApprovalPath(approval.id)
  return {
    approval,
    async decide({ by = client.hasToken ? undefined : whoAsks(), ...decision }) {
      const decided = await client.post(path, Decided, { body: toBody({ ...decision, by }) })
      const open = decided.missing === 0 ? undefined : await readOpen(client, path)
      return toEnd(decided, open)
    },
  }
}

/** The token of the link stands for the one who decides: TROUPE_TOKEN is not needed. */
const findByToken = async (client: ServerClient, token: string): Promise<FoundApproval> => {
  const approval = toShown(await client.post('/api/v1/approval-links/show', Approval, { body: { token } }))
  return {
    approval,
    async decide({ by = chooseDecider(approval, { isLink: true }), ...decision }) {
      const body = { token, ...toBody({ ...decision, by }) }
      const decided = await client.post('/api/v1/approval-links/decide', Decided, { body })
      const decisions = [...approval.decisions, { by: decided.by, at: '', values: null }]
      return toEnd(decided, decided.missing === 0 ? undefined : { ...approval, decisions })
    },
  }
}

const toBody = ({ verdict, by, values, comment }: AskedDecision): JsonObject => ({
  decision: verdict === 'approved' ? 'approve' : 'reject',
  ...(by !== undefined && { by }),
  ...(values !== undefined && { values }),
  ...(comment !== undefined && { comment }),
})

const toEnd = ({ by, counted }: DecidedJson, open: ShownApproval | undefined): { by: string; end: ShownDecision } => ({
  by,
  end: { kind: counted ? 'counted' : 'kept', open },
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
