/** `troupe cancel`: asks whoever holds a run to cancel it; a run that nobody holds is taken over and cancelled here. */

import { createCatalogue } from '../../../app/catalogue.ts'
import { createLocal, type Local } from '../../../app/local.ts'
import { readSecrets, readVariables } from '../../../app/project/project-access.ts'
import { toPerformerOptions } from '../../../app/project/project-performers.ts'
import { type CancelEnd, cancelRun } from '../../../service/control/cancel-run.ts'
import type { StoredRun } from '../../../service/history/load-run.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { expectSecrets } from '../../expect-secrets.ts'
import { findRun } from '../../find-run.ts'
import { type OpenedRuns, openRuns } from '../../open-runs.ts'
import { toPrintable } from '../../printable.ts'
import { describeHolder, toShownStatus } from '../../run-holder.ts'
import { describeUndone } from '../../run-result.ts'
import { whoAsks } from '../../who-asks.ts'

export interface CancelArguments {
  run: string
  json?: boolean
}

/** How long the holder is waited for: it reads its inbox each 250 ms, and gives its actors 2 s. */
const WAIT_MS = 3_500

/** The exit code. */
export const cancel = async (context: Context, options: CancelArguments): Promise<number> => {
  const opened = await openRuns(context)
  const { store, project } = opened
  try {
    const found = await findRun(store, options.run)
    if (found.status !== 'running')
      return report(context, options, { run: found, unsure: [], undone: [], goesOn: [], wasOver: true })
    const end = await cancelRun(store, found.id, {
      by: whoAsks(),
      waitMs: WAIT_MS,
      environment: readVariables(project, context.environment),
      workingFolder: context.workingFolder,
      catalogue: createCatalogue(),
      open: (stored, { undoes }) => openLocal(stored, { undoes, opened, context }),
    })
    return report(context, options, { ...end, wasOver: false })
  } finally {
    await store.close()
  }
}

/** Nothing of the run is performed but what undoes it, so that else it needs no secrets. */
const openLocal = (
  { workflow, folder, environment }: StoredRun,
  { undoes, opened, context }: { undoes: boolean; opened: OpenedRuns; context: Context },
): Local => {
  const { project, store } = opened
  const from = { project, environment: context.environment }
  const secrets = undoes ? expectSecrets(workflow.secrets, from) : readSecrets(workflow.secrets, from).values
  return createLocal({
    store,
    environment,
    ...toPerformerOptions(project, { environment: context.environment, folder, secrets }),
  })
}

type Reported = CancelEnd & { wasOver: boolean }

const report = ({ stdout, stderr }: Context, { json = false }: CancelArguments, end: Reported): number => {
  const { run, wasOver, unsure, undone, goesOn } = end
  if (json) {
    const rest = { unsure, undone, goes_on: goesOn.map(({ id }) => id) }
    const answer = { run: run.id, status: toShownStatus(run), was_over: wasOver, ...rest }
    stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
  } else for (const line of describe(end, stderr.paint)) stderr.write(`${line}\n`)
  return run.status === 'cancelled' ? EXIT.completed : EXIT.failed
}

const describe = (end: Reported, paint: Context['stderr']['paint']): string[] => {
  const { run, wasOver, unsure, undone, goesOn } = end
  if (wasOver) return [`run ${run.id} is over: it was ${run.status} before`]
  if (run.status === 'running') {
    const holder = run.holder === null ? 'its holder' : describeHolder(run.holder)
    return [
      `run ${run.id} is asked to cancel, but ${holder} has not done so yet`,
      `  ${paint.cyan('hint:')} it will as soon as it answers; look again with: troupe runs`,
    ]
  }
  return [
    run.status === 'cancelled'
      ? `${paint.yellow('⊘')} run ${run.id} is cancelled`
      : `run ${run.id} ${run.status} before it could be cancelled`,
    ...unsure.map((path) => `  ${toPrintable(path)} was called off in the middle: it may have taken effect`),
    ...describeUndone(undone, paint).map((line) => `  ${line}`),
    ...goesOn.map(({ id }) => `  child run ${id} is asked to cancel, but has not done so yet`),
  ]
}
