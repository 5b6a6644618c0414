import { Defect } from '../../core/defect.ts'
import type { SubmitOptions } from '../queue-store.ts'
import type { RunStatus } from '../run-status.ts'
import type { KnownRun, NewRun } from '../run-store.ts'
import { StoreError } from '../store-error.ts'

/** Tells whether the run that has the idempotency key of a new one answers the same request, or is over and makes way for it. */
export const judgeKey = (
  known: { status: RunStatus; bodyHash: string | null },
  { bodyHash }: NewRun,
  { againIf = [] }: SubmitOptions = {},
): KnownRun['kind'] | 'over' => {
  if (againIf.some((end) => end === known.status)) return 'over'
  return known.bodyHash === (bodyHash ?? null) ? 'existing' : 'conflict'
}

/** The id of a new run is taken, and no key says that it is the same run. */
export const idConflict = (id: string): StoreError => new StoreError('conflict', `run '${id}' exists already`)

/** @param owner Thing that names the definition: `run 'r-1'`. */
export const unsavedDefinition = (hash: string, owner: string): Defect =>
  new Defect(`J4: definition '${hash}' of ${owner} is not saved: expected saveDefinition first`)
