/**
 * The port between a run and the place where its effects are performed: this process, or an agent. The run does not know which. The
 * contract (core/actor.ts), the faults and the trace are the same.
 */
import type { ActorContext } from '../../core/actor.ts'
import type { JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import type { SecretPlace } from '../../core/secret-place.ts'
import type { SecretVault } from '../../secrets/secret-vault.ts'

export interface ActorCall {
  /** Names the effect within its run: `grades[3]/grade#1`. */
  effect: string
  kind: 'tool' | 'llm' | 'code' | 'memory' | 'workflow' | 'detach' | 'approve' | 'emit' | 'wait' | 'foreach'
  /** Name of a tool, or of an actor for files of a foreach; `provider/name` of a model; name or path of a workflow. `detach` starts one and does not wait. */
  actor: string
  input: JsonValue
  /** Places of secrets in the input. They are resolved where the call is performed. Anything else that looks like a secret is data. */
  secrets: readonly SecretPlace[]
  /** Schema that the output must match, beyond the actor's own. */
  returns: JsonSchema | undefined
}

export interface Placement {
  /** @throws Fault, Cancelled */
  perform(call: ActorCall, context: ActorContext): Promise<JsonValue>
}

/** A placement with the vault that its secrets come from. */
export interface SecuredPlacement {
  placement: Placement
  /** Resolves secrets on their way to an actor and redacts them on their way back (J9). */
  vault: SecretVault
}
