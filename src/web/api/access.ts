/** Judges if the client of a request may make it: what a route needs is declared beside it, and checked before all else of it. */
import type { HttpBindings } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context, MiddlewareHandler } from 'hono'
import { holdsScope, reachesWorkflow } from '../../service/access/tokens.ts'
import { findRun } from '../../service/control/find-run.ts'
import { findApproval } from '../../service/control/open-approvals.ts'
import type { Store } from '../../store/store.ts'
import type { Scope, TokenRecord } from '../../store/token-store.ts'
import type { Logins } from '../logins.ts'
import { Problem } from './problem.ts'

export interface RouteAccess {
  /** Scope that a token needs. `none`: all may ask, without a token too. */
  scope: Scope | 'none'
  /** Scope that it needs for a run that another client submitted. */
  others?: Scope
  /** True: the route leaves out what a token for certain workflows does not reach. Others need a run, approval or workflow in their path. */
  filters?: boolean
}

export const OPEN: RouteAccess = { scope: 'none' }
export const READ: RouteAccess = { scope: 'read' }
/** A list of what the client may reach. */
export const LIST: RouteAccess = { scope: 'read', filters: true }
export const SUBMIT: RouteAccess = { scope: 'submit', filters: true }
/** Own runs, or with `admin` all. */
export const STEER: RouteAccess = { scope: 'submit', others: 'admin' }
export const DECIDE: RouteAccess = { scope: 'decide' }
export const AUTHOR: RouteAccess = { scope: 'author' }
export const ADMIN: RouteAccess = { scope: 'admin' }

/** The client of a request. Undefined: the interface asks for no tokens, and is open to this machine. */
export type Caller = Pick<TokenRecord, 'name' | 'scopes' | 'workflow'> | undefined

export interface ApiEnv {
  Bindings: HttpBindings
  Variables: { caller: Caller; logins: Logins; store: Store }
}

export const guardRoute =
  (access: RouteAccess): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const { scope, others, filters = false } = access
    if (scope === 'none') return next()
    const address = getConnInfo(c).remote.address ?? ''
    const caller = await c.get('logins').identify(c.req.header('authorization'), address)
    c.set('caller', caller)
    if (caller !== undefined) {
      expectScope(caller, scope)
      if (caller.workflow !== null && !filters) expectReach(caller, await findWorkflowName(c))
      if (others !== undefined && !holdsScope(caller, others)) await expectOwn(c, { caller, others })
    }
    await next()
  }

/** @throws Problem 403 */
export const expectScope = (caller: Caller, scope: Scope): void => {
  if (caller !== undefined && !holdsScope(caller, scope)) throw missingScope(caller, { scope })
}

/** @throws Problem 403 @param workflow Undefined: the request is not about one workflow. */
export const expectReach = (caller: Caller, workflow: string | undefined): void => {
  if (caller === undefined || caller.workflow === null) return
  if (workflow === undefined || !reachesWorkflow(caller, workflow)) throw outOfReach(caller, { workflow })
}

export const reaches = (caller: Caller, workflow: string): boolean =>
  caller === undefined || reachesWorkflow(caller, workflow)

/** The workflow by which a list is filtered for the client. @throws Problem 403 where it would have to be several */
export const toReachedFilter = (caller: Caller, workflow: string | undefined): string | undefined => {
  if (!caller || caller.workflow === null) return workflow
  const named = workflow ?? (caller.workflow.includes('*') ? undefined : caller.workflow)
  if (named === undefined) throw outOfReach(caller, { workflow: named, hint: 'name one of them: ?workflow=NAME' })
  expectReach(caller, named)
  return named
}

/** Names the one that decides: the token. Without tokens, the one that the body names. @throws Problem 400 */
export const toDecider = (caller: Caller, given: string | undefined): string => {
  const by = caller?.name ?? given
  if (by !== undefined && (given ?? by) === by) return by
  const detail =
    caller === undefined
      ? "'/by': expected the name of the one who decides"
      : `'/by': token '${caller.name}' decides under its own name: leave 'by' out`
  throw new Problem({ status: 400, code: 'invalid_request', detail, pointer: '/by' })
}

const outOfReach = (
  { name, workflow: pattern }: NonNullable<Caller>,
  { workflow, hint }: { workflow: string | undefined; hint?: string },
): Problem => {
  const wanted = workflow === undefined ? 'all workflows' : `'${workflow}'`
  const detail = `token '${name}' is for workflows '${pattern}', and this is about ${wanted}`
  return new Problem({ status: 403, code: 'refused', detail, ...(hint !== undefined && { hint }) })
}

const missingScope = ({ name }: NonNullable<Caller>, { scope, why = '' }: { scope: Scope; why?: string }): Problem =>
  new Problem({
    status: 403,
    code: 'missing_scope',
    detail: `token '${name}' has no scope '${scope}'${why}`,
    hint: `create one that has it: troupe tokens create --name NAME --scope ${scope}`,
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  })

/** The workflow of what the path names. */
const findWorkflowName = async (c: Context<ApiEnv>): Promise<string | undefined> => {
  const store = c.get('store')
  const { run, approval, workflow }: Partial<Record<string, string>> = c.req.param()
  if (run !== undefined) return (await findRun(store, run)).workflow
  return approval === undefined ? workflow : (await findApproval(store, { first: approval })).workflow
}

const expectOwn = async (
  c: Context<ApiEnv>,
  { caller, others }: { caller: NonNullable<Caller>; others: Scope },
): Promise<void> => {
  const { id } = await findRun(c.get('store'), c.req.param('run') ?? '')
  const submitter = (await c.get('store').readCreated(id))?.data.by
  if (submitter !== caller.name) throw missingScope(caller, { scope: others, why: `, and did not submit run ${id}` })
}
