/** Opening a run that exists: the options of its lease holder, and the results. */
import type { QueuedRun, RunRecord } from '../store/store.ts'
import type { ParentBudget } from './budget/budget.ts'
import type { SecuredPlacement } from './effects/placement.ts'
import type { Run } from './run.ts'
import type { RunWatcher } from './run-notice.ts'

export interface OpenOptions {
  watch: RunWatcher
  /** Budget of the parent, which a child run spends too. */
  above?: ParentBudget | undefined
  /** Default: the run's own. A child run has its parent's. */
  performer?: SecuredPlacement
}

export type ResumeResult =
  | { kind: 'resumed'; run: Run }
  | { kind: 'held' | 'ended'; run: RunRecord }
  | QueuedRun
  | { kind: 'missing' }

/** `unfit`: this process lacks what the run needs, and has not claimed it. */
export type WakeResult = ResumeResult | { kind: 'unfit'; run: RunRecord }
