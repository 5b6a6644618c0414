/** Runs of a list, with what they are at and what they wait for. */
import { createCatalogue } from '../../../app/catalogue.ts'
import type { RunWait } from '../../../service/control/run-waits.ts'
import type { RunRecord, Store } from '../../../store/store.ts'
import { type ShownStatus, toShownStatus } from '../../run-holder.ts'

export interface ListedRun extends RunRecord {
  shown: ShownStatus
  /** Of a run that nobody holds all that it waits for; of one that goes on the people whom it asks; child runs included. */
  waits: RunWait[]
}

export const toListed = async (runs: readonly RunRecord[], store: Store): Promise<ListedRun[]> => {
  // Before anything else is awaited: whether its holder lives is known only now.
  const listed = runs.map((run): ListedRun => ({ ...run, shown: toShownStatus(run), waits: [] }))
  if (runs.every(({ status }) => status !== 'running')) return listed
  const [{ WaitReader }, { listAsked }] = await Promise.all([
    import('../../../service/control/waits-of-runs.ts'),
    import('../../../service/control/open-approvals.ts'),
  ])
  const reader = new WaitReader(store, createCatalogue())
  const asked = await groupByRoot(await listAsked(store), store)
  // Only what nobody holds is folded: that is short, since it waits.
  for (const run of listed) run.waits = run.shown === 'waiting' ? await reader.read(run) : (asked.get(run.id) ?? [])
  return listed
}

const groupByRoot = async (waits: readonly RunWait[], store: Store): Promise<Map<string, RunWait[]>> => {
  const grouped = new Map<string, RunWait[]>()
  for (const wait of waits) {
    const root = await findRoot(wait.run, store)
    grouped.set(root, [...(grouped.get(root) ?? []), wait])
  }
  return grouped
}

const findRoot = async (id: string, store: Store): Promise<string> => {
  // Of a run that was started by itself the id says so.
  if (id.startsWith('r-')) return id
  const found = await store.findRun(id)
  return found.kind === 'found' && found.run.parent !== null ? findRoot(found.run.parent, store) : id
}
