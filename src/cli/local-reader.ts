/** Reads the runs of a database here. */
import { setTimeout as delay } from 'node:timers/promises'
import { createCatalogue } from '../app/catalogue.ts'
import { type LoadOptions, loadRun } from '../service/history/load-run.ts'
import { readPastRun } from '../service/history/past-run.ts'
import { selectRuns } from '../service/history/select-runs.ts'
import { readShownRuns } from '../service/history/shown-runs.ts'
import { readTracedRun } from '../service/history/traced-run.ts'
import type { JournalRow } from '../store/journal-row.ts'
import type { RunRecord, Store } from '../store/store.ts'
import type { Context } from './context.ts'
import type { DamagedRows } from './damaged-rows.ts'
import { findRun, type Listing, withRuns, withRunsIfThere } from './open-runs.ts'
import type { RunReader, RunStream } from './run-reader.ts'

export const withLocalReader = (
  context: Context,
  listing: Listing | undefined,
  act: (reader: RunReader) => Promise<void>,
): Promise<void> => {
  const open = (store: Store, damaged: DamagedRows): Promise<void> => act(createReader(store, { context, damaged }))
  return listing === undefined
    ? withRuns(context, ({ store, damaged }) => open(store, damaged))
    : withRunsIfThere(context, listing, open)
}

const createReader = (
  store: Store,
  { context: { workingFolder }, damaged }: { context: Context; damaged: DamagedRows },
): RunReader => ({
  damaged,
  async list(query) {
    const { runs, total } = await selectRuns(store, query)
    return { runs: await readShownRuns(store, runs, createCatalogue()), total }
  },
  listChildren: (parent, limit) => store.listRuns({ parent, ...(limit !== undefined && { limit }) }),
  trace: async (run) => readTracedRun(store, await findRun(store, run), createCatalogue()),
  async readPast(run) {
    const { stored, ...past } = await readPastRun(store, await findRun(store, run), toOptions(workingFolder))
    return { ...past, workflow: stored.workflow }
  },
  follow: async (run) => createStream(store, { record: await findRun(store, run), workingFolder }),
})

/** The journal holds the variables that the run began with. */
const toOptions = (workingFolder: string): LoadOptions => ({
  catalogue: createCatalogue(),
  environment: {},
  workingFolder,
})

const createStream = (
  store: Store,
  { record, workingFolder }: { record: RunRecord; workingFolder: string },
): RunStream => ({
  record,
  async compile() {
    return (await loadRun(store, record, toOptions(workingFolder))).workflow
  },
  rows: ({ signal }) => pollRows(store, record.id, signal),
  listAskedBelow: async () => (await import('../service/control/open-approvals.ts')).listAskedBelow(store, record.id),
})

const POLL_EVERY_MS = 100
const PAGE = 500

async function* pollRows(store: Store, id: string, signal: AbortSignal): AsyncGenerator<readonly JournalRow[]> {
  let from = 1
  while (!signal.aborted) {
    // The end is read before the rows, so that none is missed.
    const found = await store.findRun(id)
    const rows = await store.readRows(id, { from, to: from + PAGE - 1 })
    if (rows.length > 0) yield rows
    from += rows.length
    if (rows.length === PAGE) continue
    if (found.kind !== 'found' || found.run.status !== 'running') return
    await delay(POLL_EVERY_MS, undefined, { signal }).catch(() => {})
  }
}
