/** What the child runs of a run ask of people: they stand in the database alone, where it is looked for each second. */

import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { RunWait } from '../service/control/run-waits.ts'
import type { Store } from '../store/store.ts'

const LOOK_EVERY_MS = 1_000

/** Returns what ends it. Of a workflow without child workflows nothing is looked for. */
export const watchChildApprovals = (
  runId: string,
  {
    store,
    workflow,
    onAsked,
  }: { store: Store; workflow: CompiledWorkflow; onAsked: (asked: readonly RunWait[]) => void },
): (() => void) => {
  if (workflow.children.size === 0) return () => {}
  const look = async (): Promise<void> => {
    const { listAskedBelow } = await import('../service/control/open-approvals.ts')
    onAsked(await listAskedBelow(store, runId))
  }
  // Whether it can be asked now or not: the run does not depend on it.
  const timer = setInterval(() => void look().catch(() => {}), LOOK_EVERY_MS)
  return () => clearInterval(timer)
}
