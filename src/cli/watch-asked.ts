import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { RunWait } from '../service/control/run-waits.ts'

const POLL_EVERY_MS = 1_000

/**
 * Watches for approvals of child runs, which the journal of their parent does not have. Returns a function that stops the watch. A
 * workflow without child workflows is not watched.
 */
export const watchAsked = (
  workflow: CompiledWorkflow,
  { list, onAsked }: { list: () => Promise<RunWait[]>; onAsked: (asked: readonly RunWait[]) => void },
): (() => void) => {
  if (workflow.children.size === 0) return () => {}
  // A failed poll is ignored: the run does not depend on it.
  const timer = setInterval(() => void list().then(onAsked, () => {}), POLL_EVERY_MS)
  return () => clearInterval(timer)
}
