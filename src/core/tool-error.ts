import { Cancelled, isCancelled } from './cancelled.ts'
import { Fault, isFault } from './fault.ts'

/** Translates any error of a tool's code into one that the actor contract allows: Fault or Cancelled. */
export const toToolError = (error: unknown, { name, signal }: { name: string; signal: AbortSignal }): Error => {
  if (isFault(error) || isCancelled(error)) return error
  if (signal.aborted) return new Cancelled()
  const reason = error instanceof Error ? error.message : String(error)
  return new Fault('tool_failed', `${name} failed: ${reason}`, { cause: error })
}
