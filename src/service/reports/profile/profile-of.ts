/** The profile of one run, or of the last runs of a workflow, as the command line prints it and the HTTP interface answers it. */
import type { Catalogue } from '../../../compiler/catalogue.ts'
import { Fault } from '../../../core/fault.ts'
import type { RunRecord, Store } from '../../../store/store.ts'
import { type ProfileReport, profileRuns } from './profile-report.ts'
import { readRunTimes } from './read-run-times.ts'

export interface NamedProfile extends ProfileReport {
  workflow: string
  /** Null: the profile of several runs. */
  run: string | null
}

/** Most runs of a workflow that are profiled by default. */
export const DEFAULT_PROFILED = 20

interface ProfilePorts {
  store: Store
  catalogue: Catalogue
}

/** @throws StoreError */
export const profileRun = async (run: RunRecord, ports: ProfilePorts): Promise<NamedProfile> => ({
  workflow: run.workflow,
  run: run.id,
  ...(await profileAll([run], ports)),
})

/** The last runs of a workflow that completed. @throws Fault `not_found` if there are none; StoreError */
export const profileWorkflow = async (
  workflow: string,
  { limit = DEFAULT_PROFILED, ...ports }: ProfilePorts & { limit?: number | undefined },
): Promise<NamedProfile> => {
  const { store } = ports
  const runs = await store.listRuns({ workflow, status: 'completed', limit })
  if (runs.length === 0)
    throw new Fault(
      'not_found',
      `no run of workflow '${workflow}' has completed in ${store.location}\n` +
        'troupe runs lists runs; to profile a single one: troupe profile-report RUN',
    )
  return { workflow, run: null, ...(await profileAll(runs, ports)) }
}

const profileAll = async (runs: readonly RunRecord[], { store, catalogue }: ProfilePorts): Promise<ProfileReport> => {
  const { times, steps } = await readRunTimes(store, { runs, catalogue })
  return profileRuns(times, steps)
}
