/** Lists what people are asked, and takes their decisions. */
import { z } from '@hono/zod-openapi'
import { createLink } from '../../service/control/approval-link.ts'
import { decide } from '../../service/control/decide.ts'
import { findApproval, listOpenApprovals } from '../../service/control/open-approvals.ts'
import { toApprovalJson, toDecidedJson, toLinkJson, toShownApproval } from '../../service/views/approval-json.ts'
import { ADMIN, DECIDE, LIST, READ, reaches, toDecider } from './access.ts'
import { type Api, answers, body, route } from './routing.ts'
import { Approval, ApprovalLink, ApprovalList, DecideBody, Decided } from './schemas.ts'
import type { ApiServices } from './services.ts'

const params = z.object({ approval: z.string().describe('The id of an approval, the beginning of one, or a run.') })
const place = z.object({
  path: z.string().optional().describe('With a run: the path of the step. Optional if it asks one thing.'),
})

const listRoute = route(LIST, {
  method: 'get',
  path: '/api/v1/approvals',
  operationId: 'listApprovals',
  summary: 'List open approvals',
  request: {
    query: z.object({
      workflow: z.string().optional(),
      run: z.string().optional().describe('Those of this run and its child runs.'),
    }),
  },
  responses: { 200: answers('What is asked now.', ApprovalList) },
})

const showRoute = route(READ, {
  method: 'get',
  path: '/api/v1/approvals/{approval}',
  operationId: 'getApproval',
  summary: 'Show an open approval',
  request: { params, query: place },
  responses: { 200: answers('The approval.', Approval) },
})

const decideRoute = route(DECIDE, {
  method: 'post',
  path: '/api/v1/approvals/{approval}',
  operationId: 'decideApproval',
  summary: 'Decide an approval',
  request: { params, query: place, body: body(DecideBody) },
  responses: { 200: answers('The decision is kept. Of several, those that come first count.', Decided) },
})

/** Its bearer decides under any name: so it takes more than the right to decide. */
const linkRoute = route(ADMIN, {
  method: 'post',
  path: '/api/v1/approvals/{approval}/link',
  operationId: 'linkApproval',
  summary: 'Create a token whose bearer may decide an approval once',
  request: { params, query: place },
  responses: { 200: answers('The token. An earlier one for the same approval no longer counts.', ApprovalLink) },
})

export const addApprovalRoutes = (api: Api, { store, vault }: ApiServices): void => {
  const findNamed = ({ approval: first }: { approval: string }, { path }: { path?: string | undefined }) =>
    findApproval(store, { first, path })
  api.openapi(listRoute, async (c) => {
    const open = await listOpenApprovals(store, c.req.valid('query'))
    const reached = open.filter(({ workflow }) => reaches(c.get('caller'), workflow))
    return c.json({ approvals: reached.map((one) => toApprovalJson(toShownApproval(one))) }, 200)
  })
  api.openapi(showRoute, async (c) =>
    c.json(toApprovalJson(toShownApproval(await findNamed(c.req.valid('param'), c.req.valid('query')))), 200),
  )
  api.openapi(decideRoute, async (c) => {
    const approval = await findNamed(c.req.valid('param'), c.req.valid('query'))
    const { decision, by: given, values, comment } = c.req.valid('json')
    const by = toDecider(c.get('caller'), given)
    const verdict = decision === 'approve' ? 'approved' : 'rejected'
    const end = await decide(store, approval, { verdict, by, values, comment, vault })
    return c.json(toDecidedJson(toShownApproval(approval), { verdict, by, end }), 200)
  })
  api.openapi(linkRoute, async (c) => {
    const approval = await findNamed(c.req.valid('param'), c.req.valid('query'))
    return c.json(toLinkJson(approval, await createLink(store, approval)), 200)
  })
}
