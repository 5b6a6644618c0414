/** Runs of the library: started or resumed, stayed with to their end. */

import { createLocal, type Local } from '../app/local.ts'
import { Fault } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import type { Run, RunExit } from '../runtime/run.ts'
import type { CreatedData } from '../runtime/run-event.ts'
import type { RunNotice } from '../runtime/run-notice.ts'
import { findRun } from '../service/control/find-run.ts'
import { readUndone, toUndoneSteps, type UndoneStep } from '../service/control/undone-steps.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import type { RunError, RunRecord, RunStatus, Store, UsageTotals } from '../store/store.ts'
import { type Surroundings, toProviders, toToolOptions } from './surroundings.ts'
import type { Workflow } from './workflow.ts'
import { expectRunnable } from './workflow-parts.ts'

interface WatchOptions {
  /** Cancels the run when it is aborted: what is in flight is called off, the run ends as `cancelled`. */
  signal?: AbortSignal
  /** Is told what happens, as it happens; must not throw. The truth is the journal: `store.readJournal(id)`. */
  onNotice?(notice: RunNotice): void
}

export interface RunOptions extends Surroundings, WatchOptions {
  /** Checked against the workflow's `input`, defaults filled in. Default: `{}`. */
  input?: JsonValue
  /** Where the run is recorded, made by `openStore`. Default: in memory, gone when the run has ended. */
  store?: Store
  /** Other models for aliases of the workflow: `{ default: 'mock/echo' }`. */
  models?: Readonly<Record<string, string>>
}

export interface ResumeOptions extends Surroundings, WatchOptions {
  store: Store
}

/** How a run ended. A run that fails is a result, not an exception. */
export interface RunResult {
  id: string
  status: Exclude<RunStatus, 'running'>
  /** Null unless completed. */
  output: JsonValue
  /** The fault that ended it, with the path of its step; null unless failed. */
  error: RunError | null
  /** Of its model calls; `cost_usd` is null when a price is unknown. */
  usage: UsageTotals
  /** From its start to its end, resumes and pauses included. */
  durationMs: number
  /** What was undone before it failed or was cancelled, and what could not be, in this order. */
  undone: UndoneStep[]
}

/**
 * Runs a workflow in this process, to its end.
 * @throws Fault before there is a run: `invalid_input` for a wrong input, secret or model, `unauthorized` for a secret without
 * a value, `unavailable` for what this release can't run; the signal's reason when it is aborted already. Later: StoreError when
 * the store fails, and Fault `conflict` when another process has taken the run over; then the run can be resumed.
 */
export const run = async (workflow: Workflow, options: RunOptions = {}): Promise<RunResult> => {
  const { input = {}, store = createMemoryStore(), models = {}, signal, onNotice } = options
  signal?.throwIfAborted()
  const { compiled, options: made, folder } = expectRunnable(workflow, models)
  expectSecrets(compiled.secrets, options)
  const actors = [...(made.actors ?? []), ...(options.actors ?? [])]
  const providers = { ...made.providers, ...options.providers }
  const local = openLocal(store, { ...options, actors, providers }, folder)
  const started = await local.start(compiled, {
    input,
    models: { ...models },
    ...(folder === undefined ? {} : { folder }),
    ...(onNotice === undefined ? {} : { watch: (notice) => onNotice(notice) }),
  })
  return stayWith(started, signal)
}

/**
 * Goes on with a run that a process has left or died in, from its last recorded outcome, to its end; of a run that has ended,
 * the result. It needs the actors and secrets that it began with. The id may be cut short, at either end.
 * @throws Fault `not_found`; `conflict` while a living process has it, or its flow keeps it waiting; StoreError
 */
export const resume = async (id: string, options: ResumeOptions): Promise<RunResult> => {
  const { store, signal, onNotice } = options
  signal?.throwIfAborted()
  const record = await findRun(store, id)
  if (record.status !== 'running') return toStoredResult(record, store)
  const row = await store.readCreated(record.id)
  const created = (row?.data ?? {}) as unknown as Partial<CreatedData>
  const env = { ...options.env, ...(created.env as Record<string, string> | undefined) }
  const local = openLocal(store, { ...options, env }, created.folder)
  const watch = onNotice === undefined ? {} : { watch: (notice: RunNotice) => onNotice(notice) }
  const resumed = await local.resume(record.id, watch)
  if (resumed.kind === 'resumed') return stayWith(resumed.run, signal)
  if (resumed.kind === 'ended') return toStoredResult(resumed.run, store)
  if (resumed.kind === 'missing') throw new Fault('not_found', `no run '${id}' in ${store.location}`)
  if (resumed.kind === 'queued')
    throw new Fault('conflict', `run '${record.id}' is queued: its flow lets it begin later`, {
      details: { ahead: resumed.ahead, retry_at: resumed.retryAt },
    })
  throw new Fault('conflict', `run '${record.id}' goes on in another process: ${describeHolder(resumed.run)}`)
}

/** One host a run: each has its own actors and secrets. The store stays open, it is the caller's. */
const openLocal = (store: Store, surroundings: Surroundings, folder: string | undefined): Local => {
  const { actors = [], secrets = {}, env = {} } = surroundings
  const tools = toToolOptions(surroundings, { folder, database: store.location })
  const providers = toProviders(surroundings.providers)
  return createLocal({ store, tools, actors, providers, secrets, environment: env })
}

const expectSecrets = (names: readonly string[], { secrets = {} }: Surroundings): void => {
  const missing = names.filter((name) => secrets[name] === undefined)
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
  return { id, status, output, error, usage, durationMs: exit.durationMs, undone: toUndoneSteps(exit.undone) }
}

const toStoredResult = async (record: RunRecord, store: Store): Promise<RunResult> => {
  const { id, status, output, error, usage, createdAt, endedAt } = record
  return {
    id,
    status: status as RunResult['status'],
    output,
    error,
    usage,
    durationMs: (endedAt ?? createdAt) - createdAt,
    undone: await readUndone(store, record),
  }
}

const describeHolder = ({ holder }: RunRecord): string =>
  holder === null ? 'unknown' : `process ${holder.pid} on ${holder.host}`
