/** `troupe pause` and `troupe unpause`: whether anything new begins in a run. */
import { pauseRun } from '../../../service/control/pause-run.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { findRun } from '../../find-run.ts'
import { openRuns } from '../../open-runs.ts'
import { isFree, toShownStatus } from '../../run-holder.ts'
import { whoAsks } from '../../who-asks.ts'

export interface PauseArguments {
  run: string
  kind: 'pause' | 'unpause'
  json?: boolean
}

/** The exit code: 1 for a run that has ended. */
export const pause = async (context: Context, { run: id, kind, json = false }: PauseArguments): Promise<number> => {
  const { store } = await openRuns(context)
  try {
    const found = await findRun(store, id)
    const { run, isDone } = await pauseRun(store, found.id, { kind, by: whoAsks() })
    const { stdout, stderr } = context
    const status = toShownStatus(run)
    if (json) stdout.write(`${JSON.stringify({ run: run.id, status, done: isDone }, null, 2)}\n`)
    else if (isDone) stderr.write(`run ${run.id} ${kind === 'pause' ? 'is paused' : 'goes on'}\n`)
    else if (run.status !== 'running') stderr.write(`run ${run.id} is over: it is ${run.status}\n`)
    else stderr.write(`run ${run.id} is asked to ${kind === 'pause' ? 'pause' : 'go on'}; nobody has taken it up yet\n`)
    if (!json && run.status === 'running' && isFree(run))
      stderr.write(
        `  ${stderr.paint.cyan('hint:')} ${kind === 'pause' && isDone ? `to go on: troupe unpause ${run.id}` : `troupe serve takes it up, or: troupe resume ${run.id}`}\n`,
      )
    return isDone || run.status === 'running' ? EXIT.completed : EXIT.failed
  } finally {
    await store.close()
  }
}
