/** Composition root of one process that performs every step of its runs itself. */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { Submitted } from '../runtime/submit-run.ts'
import { createProcessRuns, type ProcessRuns } from '../service/local-runs.ts'
import { type SubmitRequest, submitWorkflow } from '../service/submit.ts'
import type { Store } from '../store/store.ts'
import { openStoreClock } from '../store/store-clock.ts'
import { createPerformer, type PerformerOptions } from './performer.ts'

export interface Local extends ProcessRuns {
  store: Store
  /** Enqueues a run for any process that serves the store. @throws as `submitWorkflow` */
  submit(workflow: CompiledWorkflow, request?: Omit<SubmitRequest, 'env'>): Promise<Submitted>
}

export interface LocalOptions extends PerformerOptions {
  store: Store
  /** The environment variables that expressions may read. */
  environment?: Readonly<Record<string, string>>
}

export const createLocal = ({ store, environment = {}, clock, ...options }: LocalOptions): Local => {
  const performer = createPerformer({ ...options, store, ...(clock === undefined ? {} : { clock }) })
  return {
    ...createProcessRuns({ store, performer, environment, clock }),
    store,
    submit: async (workflow, request) =>
      submitWorkflow(
        workflow,
        { ...request, env: environment },
        { ...performer, store, clock: clock ?? (await openStoreClock(store)) },
      ),
  }
}
