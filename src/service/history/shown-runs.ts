/** Adds to runs of a list what people see of them: the status, and what they wait for. */
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { RunRecord, Store } from '../../store/store.ts'
import { isDamage } from '../../store/store-error.ts'
import { findIntact } from '../control/find-run.ts'
import type { RunWait } from '../control/run-waits.ts'
import { findMissing, readServersFor } from '../control/unfit-runs.ts'
import { type ShownStatus, toShownStatus } from '../views/shown-status.ts'

export interface ShownRun extends RunRecord {
  shown: ShownStatus
  /** All open waits of a run without a holder; only the approvals of a running one. Child runs are included. */
  waits: RunWait[]
  /** Needs that no live server has, so that the run waits for one. */
  missing: readonly string[]
}

/** Without its waits. */
export const toShownRun = (run: RunRecord): ShownRun => ({ ...run, shown: toShownStatus(run), waits: [], missing: [] })

/** @throws StoreError */
export const readShownRuns = async (
  store: Store,
  runs: readonly RunRecord[],
  catalogue: Catalogue,
): Promise<ShownRun[]> => {
  // The status is read before the first await: a holder may die at any time.
  const listed = runs.map(toShownRun)
  if (runs.every(({ status }) => status !== 'running')) return listed
  const [{ WaitReader }, { listAsked }] = await Promise.all([
    import('../control/waits-of-runs.ts'),
    import('../control/open-approvals.ts'),
  ])
  const servers = await readServersFor(runs, store)
  const reader = new WaitReader(store, catalogue)
  const asked = await groupByRoot(await listAsked(store), store)
  // Only runs without a holder are folded: their journals are short, since they wait.
  const readWaits = (run: ShownRun) => (run.shown === 'waiting' ? reader.read(run) : (asked.get(run.id) ?? []))
  return Promise.all(
    listed.map(async (run) => ({ ...(await withWaits(run, readWaits)), missing: findMissing(run, servers) })),
  )
}

const withWaits = async (
  run: ShownRun,
  readWaits: (run: ShownRun) => RunWait[] | Promise<RunWait[]>,
): Promise<ShownRun> => {
  try {
    return { ...run, waits: await readWaits(run) }
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown
    return {
      ...run,
      shown: 'damaged',
      error: { code: thrown.code, message: thrown.message, retryable: false, step: null },
    }
  }
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
  const found = await findIntact(store, id)
  return found.kind === 'found' && found.run.parent !== null ? findRoot(found.run.parent, store) : id
}
