import type { Actor, ActorContext, ActorDescription } from '../../core/actor.ts'
import { Cancelled } from '../../core/cancelled.ts'
import { Fault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import { toToolError } from '../../core/tool-error.ts'
import { findExcluded, findInputProblem } from './input-check.ts'

/**
 * Makes an actor of a tool's description and code, and keeps the part of the actor contract that all tools share: an aborted signal
 * performs nothing, a wrong input is the fault `invalid_input`, and any other error of the code leaves as `Cancelled` (once the signal is
 * aborted) or as the fault `tool_failed` with its cause.
 */
export const defineTool = <Input, Output extends JsonValue>(
  description: ActorDescription,
  perform: (input: Input, context: ActorContext) => Promise<Output>,
): Actor => {
  const { name, input, exclusive = [] } = description
  return {
    ...description,
    async perform(value, context) {
      if (context.signal.aborted) throw new Cancelled()
      const problem = findInputProblem(input, value) ?? findExcluded(exclusive, value)
      if (problem !== undefined) throw new Fault('invalid_input', `the input of ${name} is wrong: ${problem}`)
      try {
        return await perform(value as Input, context)
      } catch (error) {
        throw toToolError(error, { name, signal: context.signal })
      }
    },
  }
}
