/**
 * Resumes every interrupted run at once and reports each when it ends. Runs with the same folder, environment and secrets
 * share a host. Ctrl-C leaves all runs and cancels none.
 */

import { countOf } from '../../../core/count.ts'
import { toShownStatus } from '../../../service/views/shown-status.ts'
import type { RunRecord } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import type { OpenedRuns } from '../../open-runs.ts'
import { writeJson } from '../../output.ts'
import { loadStored } from '../../past-run.ts'
import { explainError } from '../../report-error.ts'
import { describeHolder } from '../../run-holder.ts'
import { type Hosts, withHosts } from '../../run-hosts.ts'
import type { OutputOptions } from '../../run-output.ts'
import {
  describeResult,
  type FollowedExit,
  type RunResult,
  toErrorResult,
  toExitCode,
  toResult,
} from '../../run-result.ts'

export const NOTHING = 'nothing to resume: no run was interrupted'

/** Resolves to the exit code: the highest of all runs. */
export const resumeAll = async (context: Context, output: OutputOptions, opened: OpenedRuns): Promise<number> => {
  const { json = false, quiet = false } = output
  const all = await opened.store.listRuns({ status: 'running' })
  const records = all.filter((run) => toShownStatus(run) === 'interrupted')
  return withHosts({ ...opened, context }, async (hosts) => {
    const finished = await Promise.all(
      records.map(async (record) => {
        const done = await resumeOne(record, { context, opened, hosts })
        if (!json && !quiet) report(done.result, context)
        return done
      }),
    )
    const results = finished.map(({ result }) => result)
    if (json) writeJson(context, results)
    else if (!quiet)
      context.stderr.write(`${records.length === 0 ? NOTHING : `${countOf(records.length, 'run')} resumed`}\n`)
    return Math.max(EXIT.completed, ...finished.map(({ exitCode }) => exitCode))
  })
}

const resumeOne = async (
  record: RunRecord,
  { context, opened, hosts }: { context: Context; opened: OpenedRuns; hosts: Hosts },
): Promise<{ result: RunResult; exitCode: number }> => {
  const startedAt = Date.now()
  const base = { run: record.id, workflow: record.workflow }
  try {
    const stored = await loadStored(context, opened, record)
    const resumed = await (await hosts.of(stored)).resume(record.id)
    const left: FollowedExit = { kind: 'lost', signal: undefined }
    const exit = resumed.kind === 'resumed' ? { ...(await resumed.run.exited), signal: hosts.signal } : left
    const holder =
      resumed.kind === 'held' && resumed.run.holder !== null ? describeHolder(resumed.run.holder) : undefined
    const result = toResult({ ...base, exit, durationMs: Date.now() - startedAt, holder })
    return { result, exitCode: toExitCode(exit) }
  } catch (thrown) {
    const explained = explainError(thrown)
    return { result: toErrorResult(explained, base), exitCode: explained.exitCode }
  }
}

const report = (result: RunResult, { stderr }: Context): void => {
  const { paint } = stderr
  stderr.write(`${paint.bold(result.workflow ?? '')} ${describeResult(result, { paint, hint: undefined })}\n`)
}
