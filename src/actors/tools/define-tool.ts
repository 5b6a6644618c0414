import type { Actor, ActorContext, ActorDescription } from '../../core/actor.ts'
import { Cancelled, isCancelled } from '../../core/cancelled.ts'
import { Fault, isFault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import { findInputProblem } from './input-check.ts'

/**
 * Makes an actor of a tool's description and code, and carries the part of the actor contract that all tools share:
 * a signal that is already aborted performs nothing, a wrong input is the fault `invalid_input`, and whatever else the
 * code throws leaves as `Cancelled` (once the signal is aborted) or as the fault `tool_failed` with its cause.
 */
export const defineTool = <Input, Output extends JsonValue>(
  description: ActorDescription,
  perform: (input: Input, context: ActorContext) => Promise<Output>,
): Actor => {
  const { name, writes, input, output } = description
  return {
    name,
    description: description.description,
    writes,
    input,
    output,
    async perform(value, context) {
      if (context.signal.aborted) throw new Cancelled()
      const problem = findInputProblem(input, value)
      if (problem !== undefined) throw new Fault('invalid_input', `the input of ${name} is wrong: ${problem}`)
      try {
        return await perform(value as Input, context)
      } catch (error) {
        throw toToolError(error, { name, signal: context.signal })
      }
    },
  }
}

/** What an actor may throw, of whatever its code has thrown. */
export const toToolError = (error: unknown, { name, signal }: { name: string; signal: AbortSignal }): Error => {
  if (isFault(error) || isCancelled(error)) return error
  if (signal.aborted) return new Cancelled()
  const reason = error instanceof Error ? error.message : String(error)
  return new Fault('tool_failed', `${name} failed: ${reason}`, { cause: error })
}
