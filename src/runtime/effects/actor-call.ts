import type { StepPlan } from '../../compiler/plan.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ActorCall } from './placement.ts'
import type { OpenEffect } from './run-effect.ts'

interface CallParts {
  effect: OpenEffect
  plan: StepPlan
  number: number
  /** Which one of a fallback order. */
  choice: number
}

/** What one attempt asks of an actor. */
export const toCall = ({ effect, plan, number, choice }: CallParts): ActorCall => {
  const kind = plan.kind as ActorCall['kind']
  const { returns, secrets } = plan
  const actor = plan.models[choice] ?? plan.actor
  const call = { effect: `${effect.path}#${effect.visit}`, kind, actor, secrets, returns }
  if (kind !== 'llm') return { ...call, input: effect.input }
  // A scripted model gives its answers in the order of the calls.
  const earlier = effect.calls + number - 1
  const input = { ...(plan.fixed as JsonObject), model: actor, ...(effect.input as JsonObject), call: earlier }
  return { ...call, input }
}
