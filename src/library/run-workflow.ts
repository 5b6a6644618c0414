/** Starts and resumes runs of the library, and stays with each to its end. */

import { Fault } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import type { ResumeResult } from '../runtime/opened-run.ts'
import type { Run, RunExit } from '../runtime/run.ts'
import type { RunNotice } from '../runtime/run-notice.ts'
import { type BrokenFinally, readAftermath, toAftermath } from '../service/control/aftermath.ts'
import { findRun } from '../service/control/find-run.ts'
import type { UndoneStep } from '../service/control/undone-steps.ts'
import { measureRun } from '../service/history/measure-run.ts'
import { createProcessRuns, type ProcessRuns } from '../service/local-runs.ts'
import { createHeapStore } from '../store/heap-store.ts'
import type { HostStore, RunError, RunRecord, RunStatus, Store, UsageTotals } from '../store/store.ts'
import type { Surroundings } from './surroundings.ts'
import type { Wiring } from './wiring.ts'
import type { Workflow } from './workflow.ts'
import { expectRunnable, joinSurroundings } from './workflow-parts.ts'

interface WatchOptions {
  /** Aborting it cancels the run: effects in flight are aborted, and the run ends as `cancelled`. */
  signal?: AbortSignal
  /** Called as things happen; must not throw. The journal is the record: `store.readJournal(id)`. */
  onNotice?(notice: RunNotice): void
}

export interface RunOptions extends Surroundings, WatchOptions {
  /** Checked against the workflow's `input`, defaults filled in. Default: `{}`. */
  input?: JsonValue
  /** Records the run; made by `openStore`. Default: in memory, gone when the run has ended. */
  store?: Store
  /** Other models for aliases of the workflow: `{ default: 'mock/echo' }`. */
  models?: Readonly<Record<string, string>>
}

export interface ResumeOptions extends Surroundings, WatchOptions {
  store: Store
}

/** Result of a run that has ended. A failed run is a result, not an exception. */
export interface RunResult {
  id: string
  status: Exclude<RunStatus, 'running'>
  /** Null unless completed. */
  output: JsonValue
  /** The fault that ended it, with the path of its step; null unless failed. */
  error: RunError | null
  /** Usage of its model calls; `cost_usd` is null when a price is unknown. */
  usage: UsageTotals
  /** From its start to its end, resumes and pauses included. */
  durationMs: number
  /** Steps that were undone, or could not be, before it failed or was cancelled; in the order of undoing. */
  undone: UndoneStep[]
  /** Why its `finally` did not complete, which changes nothing else of the result; null: it completed, or there is none. */
  finally: BrokenFinally | null
}

export const createRun =
  (wiring: Wiring) =>
  async (workflow: Workflow, options: RunOptions = {}): Promise<RunResult> => {
    const { input = {}, models = {}, signal, onNotice } = options
    signal?.throwIfAborted()
    const parts = expectRunnable(workflow, models)
    const { compiled, folder } = parts
    expectSecrets(compiled.secrets, options)
    const store = options.store ?? createHeapStore()
    const runs = openRuns(wiring, joinSurroundings(options, parts), { store, folder })
    const started = await runs.start(compiled, {
      input,
      models: { ...models },
      ...(folder === undefined ? {} : { folder }),
      ...(onNotice === undefined ? {} : { watch: (notice) => onNotice(notice) }),
    })
    return stayWith(started, signal)
  }

export const createResume =
  (wiring: Wiring) =>
  async (id: string, options: ResumeOptions): Promise<RunResult> => {
    const { store, signal, onNotice } = options
    signal?.throwIfAborted()
    const record = await findRun(store, id)
    if (record.status !== 'running') return toStoredResult(record, store)
    const row = await store.readCreated(record.id)
    const env = { ...options.env, ...(row?.data.env as Record<string, string> | undefined) }
    const runs = openRuns(wiring, { ...options, env }, { store, folder: row?.data.folder })
    const watch = onNotice === undefined ? {} : { watch: (notice: RunNotice) => onNotice(notice) }
    const resumed = await runs.resume(record.id, watch)
    if (resumed.kind === 'resumed') return stayWith(resumed.run, signal)
    if (resumed.kind === 'ended') return toStoredResult(resumed.run, store)
    throw toRefusal(id, { record, resumed, store })
  }

const toRefusal = (
  id: string,
  { record, resumed, store }: { record: RunRecord; resumed: RefusedResume; store: Store },
): Fault => {
  if (resumed.kind === 'missing') return new Fault('not_found', `no run '${id}' in ${store.location}`)
  if (resumed.kind === 'queued')
    return new Fault('conflict', `run '${record.id}' is queued: its flow lets it begin later`, {
      details: { ahead: resumed.ahead, retry_at: resumed.retryAt },
    })
  return new Fault('conflict', `run '${record.id}' goes on in another process: ${describeHolder(resumed.run)}`)
}

type RefusedResume = Exclude<ResumeResult, { kind: 'resumed' }>

/** One host a run: each has its own actors and secrets. The store is the caller's, and stays open. */
const openRuns = (
  wiring: Wiring,
  surroundings: Surroundings,
  { store, folder }: { store: HostStore; folder: string | undefined },
): ProcessRuns =>
  createProcessRuns({
    store,
    performer: wiring.createPerformer(surroundings, { folder, store }),
    environment: surroundings.env ?? {},
  })

const expectSecrets = (names: readonly string[], { secrets = {} }: Surroundings): void => {
  const missing = names.filter((name) => !Object.hasOwn(secrets, name))
  if (missing.length > 0)
    throw new Fault(
      'unauthorized',
      `no value for the secret '${missing.join("', '")}': give it by the option 'secrets'`,
    )
}

const stayWith = async (started: Run, signal: AbortSignal | undefined): Promise<RunResult> => {
  const cancel = (): void => started.cancel('signal')
  if (signal?.aborted) cancel()
  else signal?.addEventListener('abort', cancel, { once: true })
  const exit = await started.exited
  signal?.removeEventListener('abort', cancel)
  return toResult(started.id, exit)
}

const toResult = (id: string, exit: RunExit): RunResult => {
  if (exit.kind === 'broken') throw exit.cause
  if (exit.kind !== 'ended') throw new Fault('conflict', `run '${id}' was taken over by another process`)
  const { status, output, error, usage } = exit.end
  return { id, status, output, error, usage, durationMs: exit.durationMs, ...toAftermath(exit) }
}

const toStoredResult = async (record: RunRecord, store: Store): Promise<RunResult> => {
  const { id, status, output, error, usage } = record
  return {
    id,
    status: status as RunResult['status'],
    output,
    error,
    usage,
    durationMs: measureRun(record).durationMs,
    ...(await readAftermath(store, record)),
  }
}

const describeHolder = ({ holder }: RunRecord): string =>
  holder === null ? 'unknown' : `process ${holder.pid} on ${holder.host}`
