/** Starts a run, shows its progress, follows it to its end and writes its result. */
import { randomUUID } from 'node:crypto'
import type { Local } from '../app/local.ts'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { Run } from '../runtime/run.ts'
import type { RunWatcher } from '../runtime/run-notice.ts'
import { listDetached } from '../service/history/detached-runs.ts'
import type { QueuedRun, Store } from '../store/store.ts'
import type { Context } from './context.ts'
import { follow } from './follow.ts'
import { describeHolder } from './run-holder.ts'
import { chooseView, type OutputOptions, writeResult } from './run-output.ts'
import { type FollowedExit, type RunResult, toExitCode, toResult } from './run-result.ts'
import { watchAsked } from './watch-asked.ts'

export interface StayOptions {
  local: Local
  workflow: CompiledWorkflow
  isResumed: boolean
  /** Must call `onQueued` while the flow of the workflow queues the run. */
  begin(watch: RunWatcher, onQueued: (queued: QueuedRun) => void): Promise<Run>
}

/** Resolves to the exit code. */
export const stayWith = async (context: Context, output: OutputOptions, options: StayOptions): Promise<number> => {
  const { result, exit } = await showRun(context, output, options)
  writeResult(context, output, { result, workflow: options.workflow })
  if (output.quiet !== true && output.json !== true) await nameDetached(context, result.run, options)
  return toExitCode(exit)
}

/** Names the runs that steps have started, and that have not ended: this process leaves them to others. */
const nameDetached = async (
  { stderr }: Context,
  id: string | null,
  { local, workflow }: StayOptions,
): Promise<void> => {
  if (id === null || ![...workflow.plans.values()].some(({ kind }) => kind === 'detach')) return
  for (const started of listDetached(id, await local.store.readJournal(id))) {
    const found = await local.store.findRun(started)
    if (found.kind === 'found' && found.run.status === 'running')
      stderr.write(
        `run ${started} of '${found.run.workflow}' has not ended; to continue it: troupe resume ${started}\n`,
      )
  }
}

const showRun = async (
  context: Context,
  output: OutputOptions,
  { local, workflow, isResumed, begin }: StayOptions,
): Promise<{ result: RunResult; exit: FollowedExit }> => {
  const startedAt = Date.now()
  const view = await chooseView(context, output, { workflow, isResumed })
  const { store } = local
  const { run, signal } = await beginRun(context, output, {
    store,
    begin: (onQueued) => begin((notice) => view.take(notice), onQueued),
  })
  const stopLooking = watchAsked(workflow, {
    list: async () => (await import('../service/control/open-approvals.ts')).listAskedBelow(store, run.id),
    onAsked: (asked) => view.ask(asked),
  })
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

interface BegunRun {
  run: Run
  /** The signal that arrived while the run was queued, and cancelled it. */
  signal: NodeJS.Signals | undefined
}

/**
 * Waits until a run starts, and reports while the flow of its workflow queues it. `begin` starts the run and calls the function it is given while the run is queued. Ctrl-C cancels the run; a second one
 * leaves it in the queue.
 */
const beginRun = async (
  { stderr }: Context,
  { json = false, quiet = false }: OutputOptions,
  { store, begin }: { store: Store; begin: (onQueued: (queued: QueuedRun) => void) => Promise<Run> },
): Promise<BegunRun> => {
  let signal: NodeJS.Signals | undefined
  let said = ''
  let id = ''
  const say = (text: string): void => {
    if (text !== said && !quiet && (!json || stderr.isTerminal)) stderr.write(`${text}\n`)
    said = text
  }
  const interrupt = (): void => {
    signal = 'SIGINT'
    say(`cancelling … (Ctrl-C again leaves run ${id} in the queue)`)
    // A queued run may start only to be cancelled: the flow lets a cancelled run pass.
    store.post(id, { id: `cancel-${randomUUID()}`, kind: 'cancel', body: { by: 'Ctrl-C' } }).catch(() => {})
  }
  const onQueued = (queued: QueuedRun): void => {
    if (id === '') process.once('SIGINT', interrupt)
    id = queued.run.id
    if (signal === undefined) say(`run ${id} is queued by its flow: ${describeQueue(queued)}`)
  }
  try {
    return { run: await begin(onQueued), signal }
  } finally {
    process.off('SIGINT', interrupt)
  }
}

/** The reason why the flow of a workflow queues a run: `2 runs go first`, `its rate lets it start at …`. */
export const describeQueue = ({ ahead, retryAt }: Pick<QueuedRun, 'ahead' | 'retryAt'>): string => {
  if (ahead > 0) return `${ahead} run${ahead === 1 ? ' goes' : 's go'} first`
  if (retryAt !== null) return `its rate lets it start at ${new Date(retryAt).toISOString()}`
  return 'it starts as soon as a run of its flow ends'
}
