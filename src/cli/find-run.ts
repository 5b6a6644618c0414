import type { RunRecord, Store } from '../store/store.ts'
import { CliError } from './cli-error.ts'

/** Finds a run by its id, by a unique beginning or end of its id, or as the newest for `last`. @throws CliError */
export const findRun = async (store: Store, id: string): Promise<RunRecord> => {
  if (id === 'last') return findLast(store)
  const found = await store.findRun(id)
  if (found.kind === 'found') return found.run
  if (found.kind === 'ambiguous')
    throw new CliError(`several runs begin or end with '${id}'`, { hint: `they are ${found.ids.join(', ')}` })
  throw new CliError(`there is no run '${id}' in ${store.location}`, {
    hint: 'troupe runs lists all; --db names another database',
  })
}

const findLast = async (store: Store): Promise<RunRecord> => {
  const [run] = await store.listRuns({ limit: 1 })
  if (run !== undefined) return run
  throw new CliError(`there are no runs in ${store.location}`, { hint: 'start one: troupe run FILE' })
}
