/** `troupe resume`: continues interrupted runs from their last recorded outcome. */
import type { ResumeResult } from '../../../runtime/opened-run.ts'
import type { Run } from '../../../runtime/run.ts'
import type { RunWatcher } from '../../../runtime/run-notice.ts'
import { isFree, toShownStatus } from '../../../service/views/shown-status.ts'
import type { RunRecord } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openLocal } from '../../open-local.ts'
import { findRun, type OpenedRuns, withRuns } from '../../open-runs.ts'
import { loadStored } from '../../past-run.ts'
import { describeHolder } from '../../run-holder.ts'
import { type OutputOptions, writeEnd } from '../../run-output.ts'
import { describeQueue, stayWith } from '../../stay-with.ts'
import { NOTHING, resumeAll } from './resume-all.ts'

export const resume = async (
  context: Context,
  options: OutputOptions & { run?: string; all?: boolean },
): Promise<number> => {
  const { run, all = false, json = false, quiet = false } = options
  if (all && run !== undefined) throw new CliError(`resume takes a run or --all, got both: '${run}' and --all`)
  return withRuns(context, async (opened) => {
    if (all) return resumeAll(context, options, opened)
    const record = run === undefined ? await findOnly(opened) : await findRun(opened.store, run)
    if (record === undefined) return reportNothing(context, options)
    if (record.status === 'running') return goOn(context, options, { record, opened })
    if (!quiet && !json) context.stderr.write(`run ${record.id} has ended: no step is performed again\n`)
    return writeEnd(context, options, { run: record, store: opened.store })
  })
}

/** Finds the only interrupted run or, if there is none, the only run that no process holds. @throws CliError for several */
const findOnly = async ({ store }: OpenedRuns): Promise<RunRecord | undefined> => {
  const free = (await store.listRuns({ status: 'running' })).filter((run) => isFree(run))
  const interrupted = free.filter((run) => toShownStatus(run) === 'interrupted')
  const runs = interrupted.length === 0 ? free : interrupted
  if (runs.length <= 1) return runs[0]
  const ids = runs.slice(0, 5).map(({ id }) => id)
  const list = `they are ${ids.join(', ')}${runs.length > ids.length ? ', …' : ''}`
  throw interrupted.length === 0
    ? new CliError(`${runs.length} runs are queued or wait: expected a run id`, {
        hint: `${list}; troupe serve continues all of them`,
      })
    : new CliError(`${runs.length} runs were interrupted: expected a run id, or --all`, { hint: list })
}

const reportNothing = ({ stdout, stderr }: Context, { json = false, quiet = false }: OutputOptions): number => {
  if (json) stdout.write('null\n')
  else if (!quiet) stderr.write(`${NOTHING}\n`)
  return EXIT.completed
}

const goOn = async (
  context: Context,
  output: OutputOptions,
  { record, opened }: { record: RunRecord; opened: OpenedRuns },
): Promise<number> => {
  const stored = await loadStored(context, opened, record)
  const local = await openLocal(stored, { ...opened, context })
  const begin = async (watch: RunWatcher): Promise<Run> => {
    const resumed = await local.resume(record.id, { watch })
    if (resumed.kind !== 'resumed') throw toRefusal(record.id, resumed)
    if (record.isPaused && output.json !== true && output.quiet !== true)
      context.stderr.write(
        `run ${record.id} is paused; to continue it, in another terminal: troupe unpause ${record.id}\n`,
      )
    return resumed.run
  }
  try {
    return await stayWith(context, output, { local, workflow: stored.workflow, isResumed: true, begin })
  } finally {
    await local.close()
  }
}

const toRefusal = (id: string, resumed: Exclude<ResumeResult, { kind: 'resumed' }>): CliError => {
  if (resumed.kind === 'queued')
    return new CliError(`run ${id} is queued: its flow lets it start later`, {
      hint: describeQueue(resumed),
      exitCode: EXIT.environment,
    })
  if (resumed.kind === 'missing') return new CliError(`run ${id} is gone`)
  const { holder } = resumed.run
  if (holder === null) return new CliError(`run ${id} ended just now`, { hint: `to see how: troupe trace ${id}` })
  return new CliError(`run ${id} is held by ${describeHolder(holder)}, which is alive`, {
    hint: `to stop it there: troupe cancel ${id}`,
    exitCode: EXIT.environment,
  })
}
