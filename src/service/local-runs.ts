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
import type { Performer } from './performer.ts'
import { compileStored } from './workflows/compile-stored.ts'

export interface ProcessRunsOptions {
  store: HostStore
  performer: Performer
  /** The environment variables that expressions may read. */
  environment: Readonly<Record<string, string>>
  clock: Clock
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
export const createProcessRuns = ({ store, performer, environment, clock }: ProcessRunsOptions): ProcessRuns => {
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
      return host.start(workflow, { ...options, input: await checkInput(workflow, input), env: environment })
    },
    resume: (id, options) => host.resume(id, options),
    async close() {
      await host.stop()
      await store.close()
    },
  }
}
