/** Runs of one process that performs every step itself. */
import { type Compilation, type CompiledWorkflow, compile } from '../compiler/compile.ts'
import type { LinkReader } from '../compiler/links.ts'
import type { Source } from '../compiler/source.ts'
import type { Clock } from '../core/clock.ts'
import type { JsonValue } from '../core/json.ts'
import { checkInput } from '../runtime/check-input.ts'
import { Host, type NewRunOptions } from '../runtime/host.ts'
import type { ResumeResult } from '../runtime/opened-run.ts'
import type { Run } from '../runtime/run.ts'
import type { RunWatcher } from '../runtime/run-notice.ts'
import { createOwner } from '../store/process-identity.ts'
import type { HostStore } from '../store/store.ts'
import { StoreClock } from '../store/store-clock.ts'
import type { Performer } from './performer.ts'
import { compileStored } from './workflows/compile-stored.ts'

export interface ProcessRunsOptions {
  store: HostStore
  performer: Performer
  /** The environment variables that expressions may read. */
  environment: Readonly<Record<string, string>>
  /** Default: the clock of the store. */
  clock?: Clock | undefined
}

export interface StartOptions extends Omit<NewRunOptions, 'input' | 'env'> {
  /** Default: `{}`. */
  input?: JsonValue
}

export interface CompileSourceOptions {
  /** Alias to `provider/name`, in place of what the file says. */
  models?: Record<string, string>
  /** Gives the files and workflows that the workflow names. Default: there are none. */
  links?: LinkReader
}

export interface ProcessRuns {
  compile(source: Source, options?: CompileSourceOptions): Compilation
  /** @throws Fault `invalid_input`, StoreError */
  start(workflow: CompiledWorkflow, options?: StartOptions): Promise<Run>
  /** @throws Fault `not_found`, `invalid_input`, StoreError */
  resume(id: string, options?: { watch?: RunWatcher }): Promise<ResumeResult>
  /** Releases every run, so that it can be resumed, and closes the store. */
  close(): Promise<void>
}

/** Runs without a queue: a store that only this process reaches is enough. */
export const createProcessRuns = ({ store, performer, environment, clock: given }: ProcessRunsOptions): ProcessRuns => {
  const storeClock = new StoreClock(store)
  const clock = given ?? storeClock
  let synced: Promise<void> | undefined
  const sync = (): Promise<void> => {
    synced ??= given === undefined ? storeClock.sync() : Promise.resolve()
    return synced
  }
  const { catalogue, pricing } = performer
  const variables = Object.keys(environment)
  const host = new Host({
    store,
    owner: createOwner(),
    clock,
    performerOf: () => performer,
    prices: pricing,
    pricing: pricing.version,
    recompile: (definition, { models }) => compileStored(definition, { catalogue, models, environment: variables }),
  })
  return {
    compile: (source, options) => compile(source, { catalogue, environment: variables, ...options }),
    async start(workflow, { input = {}, ...options } = {}) {
      const checked = await checkInput(workflow, input)
      await sync()
      return host.start(workflow, { ...options, input: checked, env: environment })
    },
    async resume(id, options) {
      await sync()
      return host.resume(id, options)
    },
    async close() {
      await host.stop()
      await store.close()
    },
  }
}
