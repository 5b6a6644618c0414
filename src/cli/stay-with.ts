/** Starts a run, shows its progress, follows it to its end and writes its result. */
import type { Local } from '../app/local.ts'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { Run } from '../runtime/run.ts'
import type { RunWatcher } from '../runtime/run-notice.ts'
import type { QueuedRun } from '../store/store.ts'
import { beginRun } from './begin-run.ts'
import { watchChildApprovals } from './child-approvals.ts'
import type { Context } from './context.ts'
import { follow } from './follow.ts'
import { describeHolder } from './run-holder.ts'
import { chooseView, type OutputOptions, writeResult } from './run-output.ts'
import { type FollowedExit, type RunResult, toExitCode, toResult } from './run-result.ts'

export interface StayOptions {
  local: Local
  workflow: CompiledWorkflow
  isResumed: boolean
  /** Must call `onQueued` while the flow of the workflow queues the run. */
  begin(watch: RunWatcher, onQueued: (queued: QueuedRun) => void): Promise<Run>
}

export interface StayEnd {
  result: RunResult
  exit: FollowedExit
}

/** Resolves to the exit code. */
export const stayWith = async (context: Context, output: OutputOptions, options: StayOptions): Promise<number> => {
  const { result, exit } = await showRun(context, output, options)
  writeResult(context, output, { result, workflow: options.workflow })
  return toExitCode(exit)
}

const showRun = async (
  context: Context,
  output: OutputOptions,
  { local, workflow, isResumed, begin }: StayOptions,
): Promise<StayEnd> => {
  const startedAt = Date.now()
  const view = await chooseView(context, output, { workflow, isResumed })
  const { store } = local
  const { run, signal } = await beginRun(context, output, {
    store,
    begin: (onQueued) => begin((notice) => view.take(notice), onQueued),
  })
  const stopLooking = watchChildApprovals(run.id, { store, workflow, onAsked: (asked) => view.ask(asked) })
  try {
    view.begin(run)
    const followed = await follow(run, { local, view })
    const exit = { ...followed, signal: followed.signal ?? signal }
    const holder = exit.kind === 'lost' ? await findHolder(local, run.id) : undefined
    const durationMs = Date.now() - startedAt
    return { exit, result: toResult({ run: run.id, workflow: workflow.name, exit, durationMs, holder }) }
  } finally {
    stopLooking()
    view.end()
  }
}

const findHolder = async (local: Local, id: string): Promise<string | undefined> => {
  const found = await local.store.findRun(id).catch(() => undefined)
  return found?.kind === 'found' && found.run.holder !== null ? describeHolder(found.run.holder) : undefined
}
