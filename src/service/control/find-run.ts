import { Fault } from '../../core/fault.ts'
import type { FindRunResult, RunRecord, Store } from '../../store/store.ts'
import { isDamage } from '../../store/store-error.ts'

/** Finds a run by its id, or by the beginning or end of one. @throws Fault `not_found` */
export const findRun = async (store: Store, id: string): Promise<RunRecord> => {
  const found = await store.findRun(id)
  if (found.kind === 'found') return found.run
  if (found.kind === 'missing')
    throw new Fault('not_found', `no run '${id}' in ${store.location}\nto list all: troupe runs, or GET /api/v1/runs`)
  throw new Fault('not_found', `'${id}' is the beginning or end of several runs: ${found.ids.join(', ')}`)
}

/** A damaged run is missing. */
export const findIntact = async (store: Store, id: string): Promise<FindRunResult> => {
  try {
    return await store.findRun(id)
  } catch (thrown) {
    if (isDamage(thrown)) return { kind: 'missing' }
    throw thrown
  }
}

/** Lists the running child runs of a run, and theirs. */
export const listDescendants = async (store: Store, id: string): Promise<RunRecord[]> => {
  const children = await store.listRuns({ parent: id, status: 'running' })
  const below = await Promise.all(children.map((child) => listDescendants(store, child.id)))
  return [...children, ...below.flat()]
}
