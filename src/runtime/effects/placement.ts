/**
 * The port between a run and whatever performs its effects: this process, or an agent. The run does not know which; the
 * contract (core/actor.ts), the faults and the trace are the same.
 */

import type { ActorContext } from '../../core/actor.ts'
import type { JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import type { SecretPlace } from '../../core/secret-place.ts'

export interface ActorCall {
  /** Names the effect within its run: `grades[3]/grade#1`. */
  effect: string
  kind: 'tool' | 'llm' | 'code' | 'memory' | 'workflow' | 'approve' | 'emit' | 'wait'
  /** A tool's name; of a model call `provider/name`. */
  actor: string
  input: JsonValue
  /** Where secrets stand in the input: they are resolved on the machine that performs. What else looks like one is data. */
  secrets: readonly SecretPlace[]
  /** What the output must match, beyond the actor's own schema. */
  returns: JsonSchema | undefined
}

export interface Placement {
  /** @throws Fault, Cancelled */
  perform(call: ActorCall, context: ActorContext): Promise<JsonValue>
}
