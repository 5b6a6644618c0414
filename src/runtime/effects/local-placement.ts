/** Performs effects in this process. An actor is loaded when the first effect needs it. */
import type { Actor, ActorContext } from '../../core/actor.ts'
import { Fault } from '../../core/fault.ts'
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import type { SecretVault } from '../../secrets/secret-vault.ts'
import type { ActorCall, Placement } from './placement.ts'

/** The actors of this process, by kind and name. */
export interface ActorLoader {
  /** @throws Fault `not_found` when there is no such actor here */
  load(call: Pick<ActorCall, 'kind' | 'actor'>): Promise<Actor>
}

export const createLocalPlacement = (loader: ActorLoader, vault: SecretVault): Placement => {
  const loaded = new Map<string, Promise<Actor>>()
  const find = (call: ActorCall): Promise<Actor> => {
    const name = `${call.kind} ${call.actor}`
    const known = loaded.get(name)
    if (known !== undefined) return known
    const actor = loader.load(call)
    loaded.set(name, actor)
    actor.catch(() => loaded.delete(name)) // the next effect tries again
    return actor
  }
  return {
    async perform(call, context) {
      const actor = await find(call)
      const output = await actor.perform(vault.resolve(call.input, call.secrets), withSecrets(context, vault))
      const answer = answerOf(call, output)
      if (call.returns !== undefined && answer !== undefined) await checkReturns(answer, call.returns)
      return output
    },
  }
}

/** The part of an output that `returns` describes. Only the last turn of a model with tools has one. */
const answerOf = ({ kind, input }: ActorCall, output: JsonValue): JsonValue | undefined =>
  kind === 'llm' && isJsonObject(input) && input.tools !== undefined
    ? isJsonObject(output)
      ? output.output
      : undefined
    : output

const withSecrets = (context: ActorContext, vault: SecretVault): ActorContext => ({
  ...context,
  secret: (name) => vault.get(name),
})

const checkReturns = async (output: JsonValue, schema: JsonSchema): Promise<void> => {
  // Loaded late: a workflow without `returns` never needs it.
  const { createValidator } = await import('../../core/json-schema-validator.ts')
  const problem = createValidator(schema)(output)
  if (problem !== undefined)
    throw new Fault('invalid_output', `the answer does not match 'returns': ${problem}`, { retryable: true })
}
