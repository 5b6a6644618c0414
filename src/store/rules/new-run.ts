import { Defect } from '../../core/defect.ts'
import type { KnownRun, NewRun } from '../run-store.ts'
import { StoreError } from '../store-error.ts'

/** Tells whether the run that has the idempotency key of a new one answers the same request. */
export const judgeKey = (known: { bodyHash: string | null }, { bodyHash }: NewRun): KnownRun['kind'] =>
  known.bodyHash === (bodyHash ?? null) ? 'existing' : 'conflict'

/** The id of a new run is taken, and no key says that it is the same run. */
export const idConflict = (id: string): StoreError => new StoreError('conflict', `run '${id}' exists already`)

/** @param owner Thing that names the definition: `run 'r-1'`. */
export const unsavedDefinition = (hash: string, owner: string): Defect =>
  new Defect(`J4: definition '${hash}' of ${owner} is not saved: expected saveDefinition first`)
