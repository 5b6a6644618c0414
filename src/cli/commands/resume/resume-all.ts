/**
 * Goes on with every interrupted run at once, and reports each when it ends. Runs that may touch the same things share a
 * host. Ctrl-C leaves them all; none is cancelled.
 */

import { createCatalogue } from '../../../app/catalogue.ts'
import { readVariables } from '../../../app/project/project-access.ts'
import { NO_USAGE } from '../../../runtime/budget/usage-totals.ts'
import { loadRun } from '../../../service/history/load-run.ts'
import type { RunRecord } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import type { OpenedRuns } from '../../open-runs.ts'
import { explainError } from '../../report-error.ts'
import { describeHolder, toShownStatus } from '../../run-holder.ts'
import { createHosts, type Hosts, type Signals, watchSignals } from '../../run-hosts.ts'
import type { OutputOptions } from '../../run-output.ts'
import { describeResult, type FollowedExit, type RunResult, toExitCode, toResult } from '../../run-result.ts'

interface Finished {
  result: RunResult
  exitCode: number
}

/** The exit code: the highest of all. */
export const resumeAll = async (context: Context, output: OutputOptions, opened: OpenedRuns): Promise<number> => {
  const records = (await opened.store.listRuns({ status: 'running' })).filter(
    (run) => toShownStatus(run) === 'interrupted',
  )
  const hosts = createHosts(context, opened)
  const signals = watchSignals(hosts)
  try {
    const finished = await Promise.all(
      records.map(async (record) => {
        const done = await resumeOne(record, { context, opened, hosts, signals })
        if (output.json !== true && output.quiet !== true) report(done.result, context)
        return done
      }),
    )
    if (output.json === true)
      context.stdout.write(
        `${JSON.stringify(
          finished.map(({ result }) => result),
          null,
          2,
        )}\n`,
      )
    else if (output.quiet !== true) context.stderr.write(`${describeCount(records.length)}\n`)
    return Math.max(EXIT.completed, ...finished.map(({ exitCode }) => exitCode))
  } finally {
    signals.stop()
    await Promise.all(hosts.all().map((local) => local.close()))
  }
}

const describeCount = (count: number): string =>
  count === 0 ? 'nothing to resume: no run was interrupted' : `${count} run${count === 1 ? '' : 's'} resumed`

const resumeOne = async (
  record: RunRecord,
  { context, opened, hosts, signals }: { context: Context; opened: OpenedRuns; hosts: Hosts; signals: Signals },
): Promise<Finished> => {
  const startedAt = Date.now()
  const base = { run: record.id, workflow: record.workflow }
  try {
    const stored = await loadRun(opened.store, record, {
      catalogue: createCatalogue(),
      environment: readVariables(opened.project, context.environment),
      workingFolder: context.workingFolder,
    })
    const resumed = await hosts.of(stored).resume(record.id)
    const left: FollowedExit = { kind: 'lost', signal: undefined }
    const exit = resumed.kind === 'resumed' ? { ...(await resumed.run.exited), signal: signals.name } : left
    const holder =
      resumed.kind === 'held' && resumed.run.holder !== null ? describeHolder(resumed.run.holder) : undefined
    const result = toResult({ ...base, exit, durationMs: Date.now() - startedAt, holder })
    return { result, exitCode: toExitCode(exit) }
  } catch (thrown) {
    const { code, message, exitCode } = explainError(thrown)
    const error = { code, message, step: null }
    const result: RunResult = { ...base, status: 'error', output: null, error, usage: NO_USAGE, duration_ms: 0 }
    return { result, exitCode }
  }
}

const report = (result: RunResult, { stderr }: Context): void => {
  const { paint } = stderr
  stderr.write(`${paint.bold(result.workflow ?? '')} ${describeResult(result, { paint, hint: undefined })}\n`)
}
