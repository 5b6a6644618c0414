/**
 * Shows and decides the approval of a link. Its token stands for the one who decides, so that no token of the interface is asked; it
 * comes in the body, since paths stand in logs.
 */
import { getConnInfo } from '@hono/node-server/conninfo'
import { z } from '@hono/zod-openapi'
import { listStillAsked } from '../../runtime/waits/approval-progress.ts'
import { findByToken, toTokenMessageId } from '../../service/control/approval-link.ts'
import { decide } from '../../service/control/decide.ts'
import { toApprovalJson, toDecidedJson, toShownApproval } from '../../service/views/approval-json.ts'
import type { OpenApproval } from '../../store/approval-record.ts'
import { OPEN } from './access.ts'
import { Problem } from './problem.ts'
import { type Api, answers, body, route } from './routing.ts'
import { Approval, DecideBody, Decided } from './schemas.ts'
import type { ApiServices } from './services.ts'

const link = { token: z.string().min(1).describe('`token` of a link.') }

const LinkBody = z.strictObject(link).openapi('ApprovalLinkToken')

const DecideLinkBody = DecideBody.extend({
  ...link,
  by: DecideBody.shape.by.describe('Who decides. Default: the only one who may still.'),
}).openapi('DecideByLink')

const showRoute = route(OPEN, {
  method: 'post',
  path: '/api/v1/approval-links/show',
  operationId: 'showApprovalOfLink',
  summary: 'Show the approval of a link',
  request: { body: body(LinkBody) },
  responses: { 200: answers('The approval.', Approval) },
})

const decideRoute = route(OPEN, {
  method: 'post',
  path: '/api/v1/approval-links/decide',
  operationId: 'decideByLink',
  summary: 'Decide the approval of a link, once',
  request: { body: body(DecideLinkBody) },
  responses: { 200: answers('The decision is kept, and the token no longer counts.', Decided) },
})

export const addLinkRoutes = (api: Api, { store, vault }: ApiServices): void => {
  api.openapi(showRoute, async (c) => {
    const { token } = c.req.valid('json')
    const address = getConnInfo(c).remote.address ?? ''
    const approval = await c.get('logins').judge(address, () => findByToken(store, token))
    return c.json(toApprovalJson(toShownApproval(approval)), 200)
  })
  api.openapi(decideRoute, async (c) => {
    const { token, decision, by: given, values, comment } = c.req.valid('json')
    const address = getConnInfo(c).remote.address ?? ''
    const approval = await c.get('logins').judge(address, () => findByToken(store, token))
    const by = toDecider(approval, given)
    const verdict = decision === 'approve' ? 'approved' : 'rejected'
    const end = await decide(store, approval, { verdict, by, values, comment, id: toTokenMessageId(token), vault })
    return c.json(toDecidedJson(toShownApproval(approval), { verdict, by, end }), 200)
  })
}

/** @throws Problem 400 if several may decide, or anyone */
const toDecider = (approval: OpenApproval, given: string | undefined): string => {
  const asked = listStillAsked(approval) ?? []
  const by = given ?? (asked.length === 1 ? asked[0] : undefined)
  if (by !== undefined) return by
  const who = asked.length === 0 ? 'the one who decides' : `one of ${asked.join(', ')}`
  throw new Problem({
    status: 400,
    code: 'invalid_request',
    detail: `'/by': expected the name of ${who}`,
    pointer: '/by',
  })
}
