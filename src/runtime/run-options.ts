/** Parts that a run in this process is created with. */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { Clock } from '../core/clock.ts'
import type { SecretVault } from '../secrets/secret-vault.ts'
import type { Claim, HostStore } from '../store/store.ts'
import type { Budget } from './budget/budget.ts'
import type { Placement } from './effects/placement.ts'
import type { RunWatcher } from './run-notice.ts'

export interface RunOptions {
  workflow: CompiledWorkflow
  claim: Claim
  store: HostStore
  clock: Clock
  placement: Placement
  vault: SecretVault
  /** Undefined: neither cost nor tokens are limited. */
  budget: Budget | undefined
  watch: RunWatcher
  /** True when the run was paused when this process claimed it. Default false. */
  isPaused?: boolean
  /** True: its time in the queue is over, so that it ends as cancelled. Default false. */
  isExpired?: boolean | undefined
  /** True while the lease surely holds, by the clock of this process; else `renewLease` asks the store. */
  isLeaseFresh(): boolean
  renewLease(): Promise<boolean>
}
