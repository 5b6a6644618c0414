/** Adds the shown status and the open waits to the runs of a list. */
import { createCatalogue } from '../../../app/catalogue.ts'
import type { RunWait } from '../../../service/control/run-waits.ts'
import type { RunRecord, Store } from '../../../store/store.ts'
import { type ShownStatus, toShownStatus } from '../../run-holder.ts'

export interface ListedRun extends RunRecord {
  shown: ShownStatus
  /** All open waits of a run without a holder; only the approvals of a running one. Child runs are included. */
  waits: RunWait[]
}

export const toListed = async (runs: readonly RunRecord[], store: Store): Promise<ListedRun[]> => {
  // The status is read before the first await: a holder may die at any time.
  const listed = runs.map((run): ListedRun => ({ ...run, shown: toShownStatus(run), waits: [] }))
  if (runs.every(({ status }) => status !== 'running')) return listed
  const [{ WaitReader }, { listAsked }] = await Promise.all([
    import('../../../service/control/waits-of-runs.ts'),
    import('../../../service/control/open-approvals.ts'),
  ])
  const reader = new WaitReader(store, createCatalogue())
  const asked = await groupByRoot(await listAsked(store), store)
  // Only runs without a holder are folded: their journals are short, since they wait.
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
  // The prefix of the id marks a run that has no parent.
  if (id.startsWith('r-')) return id
  const found = await store.findRun(id)
  return found.kind === 'found' && found.run.parent !== null ? findRoot(found.run.parent, store) : id
}
