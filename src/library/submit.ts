import type { JsonValue } from '../core/json.ts'
import { submitWorkflow } from '../service/submit.ts'
import type { BadEnd, Store } from '../store/store.ts'
import { openStoreClock } from '../store/store-clock.ts'
import type { Surroundings } from './surroundings.ts'
import type { Wiring } from './wiring.ts'
import type { Workflow } from './workflow.ts'
import { expectRunnable } from './workflow-parts.ts'

export interface SubmitOptions extends Pick<Surroundings, 'env' | 'secrets' | 'providers'> {
  /** Checked against the workflow's `input`, defaults filled in. Default: `{}`. */
  input?: JsonValue
  /** Made by `openStore`. A process that serves it begins the run: `troupe serve`, or `resume`. */
  store: Store
  /** Other models for aliases of the workflow: `{ default: 'mock/echo' }`. */
  models?: Readonly<Record<string, string>>
  /**
   * Idempotency key, at most 255 characters. The same workflow, input and models under the same key are the same run, however often they
   * are submitted, also after the run has ended.
   */
  key?: string
  /**
   * Ends of the run of the key after which a new run is made: under the same key, also with another input or version of the workflow.
   * The old run keeps its history. Default: none.
   */
  againIf?: BadEnd | readonly BadEnd[]
}

export interface SubmitResult {
  id: string
  /** False: the same request was submitted before under this key. */
  isNew: boolean
  /** Id of the run that this one replaces, by `againIf`; null: none. */
  againAfter: string | null
}

export const createSubmit =
  (wiring: Wiring) =>
  async (workflow: Workflow, options: SubmitOptions): Promise<SubmitResult> => {
    const { store, input = {}, models = {}, env = {}, secrets = {}, key, againIf = [] } = options
    const { compiled, options: made, folder } = expectRunnable(workflow, models)
    const providers = { ...made.providers, ...options.providers }
    const { vault, pricing } = wiring.createPerformer({ providers, secrets }, { folder })
    const request = { input, models: { ...models }, env: { ...env }, folder, key, againIf: [againIf].flat() }
    const clock = await openStoreClock(store)
    const { run, isNew } = await submitWorkflow(compiled, request, { store, clock, vault, pricing })
    const { id, origin } = run
    return { id, isNew, againAfter: origin?.kind === 'again' ? origin.of : null }
  }
