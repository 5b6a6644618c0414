/** Steers the runs of a database here. */
import { createCatalogue } from '../app/catalogue.ts'
import { createKnownVault } from '../app/project/known-vault.ts'
import { readVariables } from '../app/project/project-access.ts'
import { cancelRun, toUntouched } from '../service/control/cancel-run.ts'
import { matchRuns } from '../service/control/match-runs.ts'
import { pauseRun } from '../service/control/pause-run.ts'
import { sendSignal } from '../service/control/send-signal.ts'
import { toShownStatus } from '../service/views/shown-status.ts'
import type { RunRecord, Store } from '../store/store.ts'
import { CliError } from './cli-error.ts'
import type { Context } from './context.ts'
import { EXIT } from './exit-code.ts'
import { openLocal } from './open-local.ts'
import { findRun, type OpenedRuns, withRuns } from './open-runs.ts'
import type { Receivers, RunControl } from './run-control.ts'
import { whoAsks } from './who-asks.ts'

/** Timeout for an answer of the holder, which reads its inbox every 250 ms and gives its actors 2 s to stop. */
const WAIT_MS = 3_500

export const withLocalControl = <T>(context: Context, act: (control: RunControl) => Promise<T>): Promise<T> =>
  withRuns(context, (opened) => act(createControl(context, opened)))

const createControl = (context: Context, { store, project }: OpenedRuns): RunControl => ({
  async cancel(run) {
    const found = await findRun(store, run)
    if (found.status !== 'running') return { ...toUntouched(found), wasOver: true }
    const end = await cancelRun(store, found.id, {
      by: whoAsks(),
      waitMs: WAIT_MS,
      environment: readVariables(project, context.environment),
      workingFolder: context.workingFolder,
      catalogue: createCatalogue(),
      open: (stored, { performs }) => openLocal(stored, { project, store, context, performs }),
    })
    return { ...end, wasOver: false }
  },
  async pause(run, kind) {
    return pauseRun(store, (await findRun(store, run)).id, { kind, by: whoAsks() })
  },
  async signal(to, event) {
    const runs = await findReceivers(store, to)
    const vault = createKnownVault(project, context.environment)
    return { end: await sendSignal(store, runs, { ...event, vault }), runs }
  },
})

const findReceivers = async (store: Store, to: Receivers): Promise<RunRecord[]> => {
  if ('match' in to) return matchRuns(store, to.match, { statusOf: toShownStatus })
  const run = await findRun(store, to.run)
  if (run.status === 'running') return [run]
  throw new CliError(`run ${run.id} is over: it is ${run.status}`, { exitCode: EXIT.failed })
}
