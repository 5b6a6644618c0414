import type { StepPlan } from '../../compiler/plan.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ActorCall } from './placement.ts'
import type { OpenEffect } from './run-effect.ts'

interface CallParts {
  effect: OpenEffect
  plan: StepPlan
  number: number
  /** Index of the model in a fallback order. */
  choice: number
}

/** The call that one attempt makes. */
export const toCall = ({ effect, plan, number, choice }: CallParts): ActorCall => {
  const kind = plan.kind as ActorCall['kind']
  const { returns, secrets } = plan
  const actor = plan.models[choice] ?? plan.actor
  const call = { effect: `${effect.path}#${effect.visit}`, kind, actor, secrets, returns }
  if (kind !== 'llm') return { ...call, input: effect.input }
  // A scripted model answers by the number of the call.
  const earlier = effect.calls + number - 1
  const input = { ...(plan.fixed as JsonObject), model: actor, ...(effect.input as JsonObject), call: earlier }
  return { ...call, input }
}
