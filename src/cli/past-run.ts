import { createCatalogue } from '../app/catalogue.ts'
import { readVariables } from '../app/project/project-access.ts'
import { type LoadOptions, loadRun, type StoredRun } from '../service/history/load-run.ts'
import { type PastRun, readPastRun as readPast } from '../service/history/past-run.ts'
import type { RunRecord } from '../store/store.ts'
import type { Context } from './context.ts'
import { findRun, type OpenedRuns } from './open-runs.ts'

/** @throws CliError if there is no run with this id; Fault if it no longer compiles; StoreError */
export const openPastRun = async (context: Context, opened: OpenedRuns, id: string): Promise<PastRun> =>
  readPastRun(context, opened, await findRun(opened.store, id))

export const readPastRun = (context: Context, opened: OpenedRuns, record: RunRecord): Promise<PastRun> =>
  readPast(opened.store, record, toOptions(context, opened))

/** A run with the variables of this project, ready to continue. @throws as readPastRun */
export const loadStored = (context: Context, opened: OpenedRuns, record: RunRecord): Promise<StoredRun> =>
  loadRun(opened.store, record, toOptions(context, opened))

const toOptions = ({ environment, workingFolder }: Context, { project }: OpenedRuns): LoadOptions => ({
  catalogue: createCatalogue(),
  environment: readVariables(project, environment),
  workingFolder,
})
