import { createPricing } from '../actors/llm/prices.ts'
import { keysOf } from '../app/project/provider-access.ts'
import type { JsonValue } from '../core/json.ts'
import { checkInput } from '../runtime/check-input.ts'
import { submitRun } from '../runtime/submit-run.ts'
import { SecretVault } from '../secrets/secret-vault.ts'
import type { Store } from '../store/store.ts'
import { type Surroundings, toProviders } from './surroundings.ts'
import type { Workflow } from './workflow.ts'
import { expectRunnable } from './workflow-parts.ts'

export interface SubmitOptions extends Pick<Surroundings, 'env' | 'secrets' | 'providers'> {
  /** Checked against the workflow's `input`, defaults filled in. Default: `{}`. */
  input?: JsonValue
  /** Where the run is put, made by `openStore`: whoever serves it begins the run (`troupe serve`, or `resume`). */
  store: Store
  /** Other models for aliases of the workflow: `{ default: 'mock/echo' }`. */
  models?: Readonly<Record<string, string>>
  /**
   * Idempotency key, at most 255 characters: the same workflow, input and models under the same key are the same run, however often they
   * are submitted, also when it has ended.
   */
  key?: string
}

export interface SubmitResult {
  id: string
  /** False: the same request was there under this key. */
  isNew: boolean
}

/**
 * Puts a run into the store and does not wait for it: durable when this resolves. Values of `secrets` and keys of `providers` that are
 * given are kept out of what is stored; who performs the run needs them.
 * @throws Fault `invalid_input` for a wrong input, model or key; `conflict` for another request under the same key, or when the
 * workflow's flow rejects it; `unavailable` for what this release can't run; StoreError
 */
export const submit = async (workflow: Workflow, options: SubmitOptions): Promise<SubmitResult> => {
  const { store, input = {}, models = {}, key, env = {}, secrets = {} } = options
  const { compiled, options: made, folder } = expectRunnable(workflow, models)
  const providers = toProviders({ ...made.providers, ...options.providers })
  const wanted = {
    at: Date.now(),
    input: await checkInput(compiled, input),
    models: { ...models },
    env: { ...env },
    folder,
    key,
    pricing: createPricing().version,
  }
  const vault = new SecretVault({ ...keysOf(providers), ...secrets })
  const { run, isNew } = await submitRun(compiled, wanted, { store, vault })
  return { id: run.id, isNew }
}
