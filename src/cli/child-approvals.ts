/** Watches for approvals of child runs. Those are visible only in the database, which is polled every second. */

import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { RunWait } from '../service/control/run-waits.ts'
import type { Store } from '../store/store.ts'

const POLL_EVERY_MS = 1_000

/** Returns a function that stops the watch. A workflow without child workflows is not watched. */
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
  // A failed poll is ignored: the run does not depend on it.
  const timer = setInterval(() => void look().catch(() => {}), POLL_EVERY_MS)
  return () => clearInterval(timer)
}
