/** `troupe cancel`: asks whoever holds a run to cancel it; a run that nobody holds is taken over and cancelled here. */
import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { loadRun } from '../../app/load-run.ts'
import { createLocal } from '../../app/local.ts'
import { readVariables, toToolOptions } from '../../app/project-access.ts'
import type { RunRecord } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-code.ts'
import { findRun } from '../find-run.ts'
import { type OpenedRuns, openRuns } from '../open-runs.ts'
import { describeHolder, toShownStatus } from '../run-holder.ts'

export interface CancelArguments {
  run: string
  json?: boolean
}

/** How long the holder is waited for: it reads its inbox each 250 ms, and gives its actors 2 s. */
const WAIT_MS = 3_500
const LOOK_EVERY_MS = 100

/** The exit code. */
export const cancel = async (context: Context, options: CancelArguments): Promise<number> => {
  const opened = await openRuns(context)
  try {
    const found = await findRun(opened.store, options.run)
    const run = found.status === 'running' ? await stop(found, { opened, context }) : found
    return report(context, options, { run, wasOver: found.status !== 'running' })
  } finally {
    await opened.store.close()
  }
}

interface Surroundings {
  opened: OpenedRuns
  context: Context
}

/** The run as it is when it has ended, or when the wait is over. */
const stop = async (found: RunRecord, surroundings: Surroundings): Promise<RunRecord> => {
  const { store } = surroundings.opened
  const by = whoAsks()
  if (toShownStatus(found) === 'running')
    await store.post(found.id, { id: `cancel-${randomUUID()}`, kind: 'cancel', body: { by } })
  const until = Date.now() + WAIT_MS
  for (;;) {
    const run = await findRun(store, found.id)
    if (run.status !== 'running' || Date.now() > until) return run
    if (toShownStatus(run) === 'interrupted') await takeOver(run, { ...surroundings, by })
    else await delay(LOOK_EVERY_MS)
  }
}

/** Nothing of the run is performed: the cancel is folded before any effect starts, so that it needs no secrets. */
const takeOver = async (
  record: RunRecord,
  { opened: { project, store }, context, by }: Surroundings & { by: string },
): Promise<void> => {
  const variables = readVariables(project, context.environment)
  const { folder, environment } = await loadRun(store, record, {
    environment: variables,
    workingFolder: context.workingFolder,
  })
  const local = createLocal({ store, tools: toToolOptions(project, folder), environment })
  const resumed = await local.resume(record.id)
  if (resumed.kind !== 'resumed') return
  resumed.run.cancel(by)
  const exit = await resumed.run.exited
  if (exit.kind === 'broken') throw exit.cause
}

const whoAsks = (): string => {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}

const report = (
  { stdout, stderr }: Context,
  { json = false }: CancelArguments,
  { run, wasOver }: { run: RunRecord; wasOver: boolean },
): number => {
  const { paint } = stderr
  if (json) stdout.write(`${JSON.stringify({ run: run.id, status: toShownStatus(run), was_over: wasOver }, null, 2)}\n`)
  else if (wasOver) stderr.write(`run ${run.id} is over: it was ${run.status} before\n`)
  else if (run.status === 'cancelled') stderr.write(`${paint.yellow('⊘')} run ${run.id} is cancelled\n`)
  else if (run.status !== 'running') stderr.write(`run ${run.id} ${run.status} before it could be cancelled\n`)
  else {
    const holder = run.holder === null ? 'its holder' : describeHolder(run.holder)
    stderr.write(`run ${run.id} is asked to cancel, but ${holder} has not done so yet\n`)
    stderr.write(`  ${paint.cyan('hint:')} it will as soon as it answers; look again with: troupe runs\n`)
  }
  return run.status === 'cancelled' ? EXIT.completed : EXIT.failed
}
