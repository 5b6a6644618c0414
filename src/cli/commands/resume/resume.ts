/** `troupe resume`: goes on with interrupted runs from their last recorded outcome. */

import { createCatalogue } from '../../../app/catalogue.ts'
import { createLocal } from '../../../app/local.ts'
import { readVariables } from '../../../app/project/project-access.ts'
import { toPerformerOptions } from '../../../app/project/project-performers.ts'
import type { ResumeResult } from '../../../runtime/opened-run.ts'
import type { Run } from '../../../runtime/run.ts'
import type { RunWatcher } from '../../../runtime/run-notice.ts'
import { readUndone, type UndoneStep } from '../../../service/control/undone-steps.ts'
import { loadRun } from '../../../service/history/load-run.ts'
import type { RunRecord } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { expectSecrets } from '../../expect-secrets.ts'
import { findRun } from '../../find-run.ts'
import { type OpenedRuns, openRuns } from '../../open-runs.ts'
import { describeQueue } from '../../queued-run.ts'
import { describeHolder, isFree, toShownStatus } from '../../run-holder.ts'
import { type OutputOptions, writeResult } from '../../run-output.ts'
import { toEndExitCode, toEndedResult } from '../../run-result.ts'
import { stayWith } from '../../stay-with.ts'
import { resumeAll } from './resume-all.ts'

export interface ResumeArguments extends OutputOptions {
  run?: string
  all?: boolean
}

/** The exit code. */
export const resume = async (context: Context, options: ResumeArguments): Promise<number> => {
  if (options.all === true && options.run !== undefined)
    throw new CliError(`resume takes a run or --all, got both: '${options.run}' and --all`)
  const opened = await openRuns(context)
  try {
    if (options.all === true) return await resumeAll(context, options, opened)
    const record = options.run === undefined ? await findOnly(opened) : await findRun(opened.store, options.run)
    if (record === undefined) return reportNothing(context, options)
    return record.status === 'running'
      ? await goOn(context, options, { record, opened })
      : replay(context, options, { record, undone: await readUndone(opened.store, record) })
  } finally {
    await opened.store.close()
  }
}

/** The one run that was interrupted; where there is none, the one that nobody holds. @throws CliError when there are several */
const findOnly = async ({ store }: OpenedRuns): Promise<RunRecord | undefined> => {
  const free = (await store.listRuns({ status: 'running' })).filter((run) => isFree(run))
  const interrupted = free.filter((run) => toShownStatus(run) === 'interrupted')
  const runs = interrupted.length === 0 ? free : interrupted
  if (runs.length <= 1) return runs[0]
  const ids = runs.slice(0, 5).map(({ id }) => id)
  const list = `they are ${ids.join(', ')}${runs.length > ids.length ? ', …' : ''}`
  throw interrupted.length === 0
    ? new CliError(`${runs.length} runs are queued or wait: expected a run id`, {
        hint: `${list}; troupe serve goes on with all of them`,
      })
    : new CliError(`${runs.length} runs were interrupted: expected a run id, or --all`, { hint: list })
}

const reportNothing = ({ stdout, stderr }: Context, { json = false, quiet = false }: OutputOptions): number => {
  if (json) stdout.write('null\n')
  else if (!quiet) stderr.write('nothing to resume: no run was interrupted\n')
  return EXIT.completed
}

/** A run that is over: the same answer as when it ended. */
const replay = (
  context: Context,
  output: OutputOptions,
  { record, undone }: { record: RunRecord; undone: UndoneStep[] },
): number => {
  const durationMs = (record.endedAt ?? record.createdAt) - record.createdAt
  const result = toEndedResult({
    run: record.id,
    workflow: record.workflow,
    end: record,
    durationMs,
    undone,
  })
  if (output.quiet !== true && output.json !== true)
    context.stderr.write(`run ${record.id} is over: nothing is done again\n`)
  writeResult(context, output, { result, workflow: undefined })
  return toEndExitCode(record.status)
}

const goOn = async (
  context: Context,
  output: OutputOptions,
  { record, opened: { project, store } }: { record: RunRecord; opened: OpenedRuns },
): Promise<number> => {
  const stored = await loadRun(store, record, {
    catalogue: createCatalogue(),
    environment: readVariables(project, context.environment),
    workingFolder: context.workingFolder,
  })
  const { workflow, folder, environment } = stored
  const secrets = expectSecrets(workflow.secrets, { project, environment: context.environment })
  const local = createLocal({
    store,
    environment,
    ...toPerformerOptions(project, { environment: context.environment, folder, secrets }),
  })
  const begin = async (watch: RunWatcher): Promise<Run> => {
    const resumed = await local.resume(record.id, { watch })
    if (resumed.kind !== 'resumed') throw toRefusal(record.id, resumed)
    if (record.isPaused && output.json !== true && output.quiet !== true)
      context.stderr.write(`run ${record.id} is paused; to go on, in another terminal: troupe unpause ${record.id}\n`)
    return resumed.run
  }
  try {
    return await stayWith(context, output, { local, workflow, isResumed: true, begin })
  } finally {
    await local.close()
  }
}

const toRefusal = (id: string, resumed: Exclude<ResumeResult, { kind: 'resumed' }>): CliError => {
  if (resumed.kind === 'queued')
    return new CliError(`run ${id} is queued: its flow lets it begin later`, {
      hint: describeQueue(resumed),
      exitCode: EXIT.environment,
    })
  if (resumed.kind === 'missing') return new CliError(`run ${id} is gone`)
  const { holder } = resumed.run
  if (holder === null) return new CliError(`run ${id} ended just now`, { hint: `see how: troupe trace ${id}` })
  return new CliError(`run ${id} is held by ${describeHolder(holder)}, which is alive`, {
    hint: `to stop it there: troupe cancel ${id}`,
    exitCode: EXIT.environment,
  })
}
