/** Composition root of one process that performs every step of its runs itself. */
import { systemClock } from '../core/clock.ts'
import { createLocalRuns, type LocalRuns } from '../service/local-runs.ts'
import type { Store } from '../store/store.ts'
import { createPerformer, type PerformerOptions } from './performer.ts'

export type { StartOptions } from '../service/local-runs.ts'

export type Local = LocalRuns

export interface LocalOptions extends PerformerOptions {
  store: Store
  /** The environment variables that expressions may read. */
  environment?: Readonly<Record<string, string>>
}

export const createLocal = ({ store, environment = {}, clock = systemClock, ...options }: LocalOptions): Local =>
  createLocalRuns({ store, environment, clock, performer: createPerformer({ ...options, store, clock }) })
