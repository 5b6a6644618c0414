/** Reads the runs of a database here. */
import { createCatalogue } from '../app/catalogue.ts'
import { selectRuns } from '../service/history/select-runs.ts'
import { readShownRuns } from '../service/history/shown-runs.ts'
import { readTracedRun } from '../service/history/traced-run.ts'
import type { Store } from '../store/store.ts'
import type { Context } from './context.ts'
import type { DamagedRows } from './damaged-rows.ts'
import { findRun, type Listing, withRuns, withRunsIfThere } from './open-runs.ts'
import type { RunReader } from './run-reader.ts'

export const withLocalReader = (
  context: Context,
  listing: Listing | undefined,
  act: (reader: RunReader) => Promise<void>,
): Promise<void> =>
  listing === undefined
    ? withRuns(context, ({ store, damaged }) => act(createReader(store, damaged)))
    : withRunsIfThere(context, listing, (store, damaged) => act(createReader(store, damaged)))

const createReader = (store: Store, damaged: DamagedRows): RunReader => ({
  damaged,
  async list(query) {
    const { runs, total } = await selectRuns(store, query)
    return { runs: await readShownRuns(store, runs, createCatalogue()), total }
  },
  listChildren: (parent, limit) => store.listRuns({ parent, ...(limit !== undefined && { limit }) }),
  trace: async (run) => readTracedRun(store, await findRun(store, run), createCatalogue()),
})
