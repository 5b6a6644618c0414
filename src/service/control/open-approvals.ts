/** Finds open questions to people, by run and path or by a short id. */
import { Fault } from '../../core/fault.ts'
import { findNearest } from '../../core/nearest.ts'
import { toApprovalId } from '../../store/approval-id.ts'
import type { NamedApproval, OpenApproval } from '../../store/approval-record.ts'
import type { Store } from '../../store/store.ts'
import { findRun, listDescendants } from './find-run.ts'
import { withoutDecided } from './kept-decision.ts'
import { describeOutcome, explainClosed } from './past-decision.ts'
import { type RunWait, toAskedWait } from './run-waits.ts'

/** The beginning of an id has at least 3 digits. */
const ID = /^[0-9a-f]{3,8}$/

export interface ApprovalName {
  /** The id of a question, the beginning of one, or a run. */
  first: string
  /** Path of the step in the run; optional where the run asks one question. */
  path?: string | undefined
}

/** @throws Fault `conflict` with the outcome of a closed one; `not_found` with the open questions; `invalid_input` where several match */
export const findApproval = async (store: Store, { first, path }: ApprovalName): Promise<OpenApproval> => {
  const known = path === undefined ? await findById(store, first) : undefined
  if (known !== undefined) return known
  if (path === undefined && ID.test(first) && (await store.findRun(first)).kind === 'missing')
    throw await toClosed(store, first)
  const open = await listFamilyApprovals(store, first)
  const meant = path === undefined ? open : open.filter((approval) => approval.path === path)
  const [only] = meant
  if (only !== undefined && meant.length === 1) return only
  if (only === undefined) throw await toMissing(store, { first, path, open })
  throw new Fault('invalid_input', `run '${first}' asks several things: expected one of them\n${listNames(meant)}`)
}

const findById = async (store: Store, prefix: string): Promise<OpenApproval | undefined> => {
  if (!ID.test(prefix)) return undefined
  const found = (await store.listApprovals()).filter((approval) => toApprovalId(approval).startsWith(prefix))
  if (found.length > 1)
    throw new Fault('invalid_input', `'${prefix}' is the beginning of several ids\n${listNames(found)}`)
  return found[0]
}

/** The fault of an id that no open question has. */
const toClosed = async (store: Store, prefix: string): Promise<Fault> => {
  const [named, ...others] = await store.listNamedApprovals(prefix)
  if (named === undefined)
    return new Fault('not_found', `nothing is asked under '${prefix}'\nwhat is asked now: troupe approvals list`)
  if (others.length > 0)
    return new Fault('invalid_input', `'${prefix}' is the beginning of several ids\n${listClosed([named, ...others])}`)
  const { runId, path } = named
  const why = await explainClosed(store, named)
  return new Fault('conflict', `'${named.id}' ('${path}' of run '${runId}') is not open any more: ${why}`, {
    details: { run: runId, path },
  })
}

/** Lists the open questions of a run and its child runs. @throws Fault `not_found` */
export const listFamilyApprovals = async (store: Store, name: string): Promise<OpenApproval[]> => {
  const run = await findRun(store, name)
  const family = [run, ...(run.status === 'running' ? await listDescendants(store, run.id) : [])]
  const lists = await Promise.all(family.map(({ id }) => store.listApprovals({ run: id })))
  return lists.flat()
}

/** Lists what is asked now, of one run with its child runs, or of one workflow. @throws Fault `not_found` */
export const listOpenApprovals = async (
  store: Store,
  { run, workflow }: { run?: string | undefined; workflow?: string | undefined },
): Promise<OpenApproval[]> => {
  const all =
    run === undefined
      ? await store.listApprovals(workflow === undefined ? {} : { workflow })
      : await listFamilyApprovals(store, run)
  return withoutDecided(store, workflow === undefined ? all : all.filter((approval) => approval.workflow === workflow))
}

/** Lists the open questions of all runs, as waits. */
export const listAsked = async (store: Store): Promise<RunWait[]> => (await listOpenApprovals(store, {})).map(toAsked)

/** Lists the open questions of the child runs of one run, as waits. */
export const listAskedBelow = async (store: Store, id: string): Promise<RunWait[]> => {
  const below = await listDescendants(store, id)
  const lists = await Promise.all(below.map(({ id: run }) => store.listApprovals({ run })))
  return (await withoutDecided(store, lists.flat())).map(toAsked)
}

const toAsked = (approval: OpenApproval): RunWait => toAskedWait(approval, toApprovalId(approval))

const listNames = (approvals: readonly OpenApproval[]): string =>
  `open are ${listFirst(approvals.map((approval) => `${toApprovalId(approval)} (${approval.path})`))}`

const listClosed = (named: readonly NamedApproval[]): string =>
  `closed are ${listFirst(named.map(({ id, path, runId }) => `${id} (${path} of ${runId})`))}`

const MOST_NAMES = 5

const listFirst = (names: readonly string[]): string =>
  `${names.slice(0, MOST_NAMES).join(', ')}${names.length > MOST_NAMES ? ', …' : ''}`

const toMissing = async (
  store: Store,
  { first, path, open }: { first: string; path: string | undefined; open: readonly OpenApproval[] },
): Promise<Fault> => {
  const run = await findRun(store, first)
  if (path === undefined) return new Fault('not_found', `run '${run.id}' asks nothing now`)
  const before = await describeOutcome(store, { runId: run.id, path })
  if (before !== undefined) return new Fault('conflict', `'${path}' of run '${run.id}': ${before}`)
  const nearest = findNearest(
    path,
    open.map((approval) => approval.path),
  )
  const hint = nearest !== undefined ? `\ndid you mean '${nearest}'?` : open.length === 0 ? '' : `\n${listNames(open)}`
  return new Fault('not_found', `run '${run.id}' asks nothing at '${path}' now${hint}`)
}
