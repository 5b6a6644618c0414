import type { SweepResult } from '../../store/maintenance.ts'
import type { Store } from '../../store/store.ts'
import { type Retention, toSweepRule } from './retention.ts'

export interface SweepOptions {
  /** Rules of the project. */
  retention: Retention
  /** Epoch milliseconds. */
  at: number
  /** Counts the runs and deletes none. Default false. */
  isDryRun?: boolean
  /** Aborting it ends the sweep between two steps. */
  signal?: AbortSignal
}

export interface SweepReport extends SweepResult {
  /** Bytes that the file has given back to the file system. */
  freedBytes: number
}

/** Deletes runs whose retention is over, with everything that belongs to them, in steps that yield to other work. @throws StoreError */
export const sweepStore = async (
  store: Store,
  { retention, at, isDryRun = false, signal }: SweepOptions,
): Promise<SweepReport> => {
  const maintenance = await store.maintenance()
  const rule = toSweepRule(store, { retention, at })
  const swept = await maintenance.sweep({ ...rule, isDryRun, ...(signal === undefined ? {} : { signal }) })
  const isNothing = isDryRun || signal?.aborted === true || swept.runs + swept.blobs === 0
  const { freedBytes } = isNothing ? { freedBytes: 0 } : await maintenance.vacuum({ inSteps: true })
  return { ...swept, freedBytes }
}
