/** The run that starts others, and the host, as child/ needs them. */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Clock } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Store } from '../../store/store.ts'
import type { Budget } from '../budget/budget.ts'
import type { SecuredPlacement } from '../effects/placement.ts'
import type { WantedRun } from '../new-run.ts'
import type { OpenOptions, ResumeResult } from '../opened-run.ts'
import type { Run } from '../run.ts'

/** A run, as its children need it. */
export interface ChildParent {
  id: string
  /** Id of the run that stands in its idempotency keys. */
  keyRun: string
  workflow: CompiledWorkflow
  env: JsonObject
  /** Folder of its workflow's file. */
  folder: string | undefined
  budget: Budget | undefined
  performer: SecuredPlacement
}

/** The host, as it opens child runs. */
export interface RunOpener {
  clock: Clock
  store: Pick<Store, 'readJournal' | 'findRun'>
  /** True when the host starts nothing more. */
  isStopped(): boolean
  resume(id: string, options: OpenOptions): Promise<ResumeResult>
  /** Undefined when its flow makes the run wait. */
  create(
    workflow: CompiledWorkflow,
    wanted: Pick<WantedRun, 'id' | 'parent' | 'input' | 'env' | 'keyRun' | 'folder' | 'origin'>,
    options: OpenOptions,
  ): Promise<Run | undefined>
}
