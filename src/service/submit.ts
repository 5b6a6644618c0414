import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { Clock } from '../core/clock.ts'
import { checkInput } from '../runtime/check-input.ts'
import type { CopiedRun } from '../runtime/host.ts'
import type { WantedRun } from '../runtime/new-run.ts'
import { type Submitted, submitRun } from '../runtime/submit-run.ts'
import type { Store, SubmitOptions } from '../store/store.ts'
import type { Performer } from './performer.ts'

export interface SubmitRequest extends Partial<Omit<WantedRun, 'at' | 'id' | 'past' | 'pricing'>>, SubmitOptions {
  /** Id, time and rows of a run that is made from another one. */
  copied?: CopiedRun
}

export interface SubmitPorts extends Pick<Performer, 'vault'> {
  store: Store
  clock: Pick<Clock, 'now'>
  pricing: Pick<Performer['pricing'], 'version'>
}

/**
 * Checks the input and enqueues a run. Any process that serves the store begins it. The run is durable when this resolves.
 * @throws Fault `invalid_input` for a wrong input or key; `conflict` for another request under the same key, or when the flow
 * rejects the run; StoreError
 */
export const submitWorkflow = async (
  workflow: CompiledWorkflow,
  { input = {}, copied, ...request }: SubmitRequest,
  { store, clock, vault, pricing }: SubmitPorts,
): Promise<Submitted> => {
  const checked = await checkInput(workflow, input)
  const wanted = { at: clock.now(), ...request, input: checked, pricing: pricing.version, ...copied }
  return submitRun(workflow, wanted, { store, vault })
}
