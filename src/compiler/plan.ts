/** What the host needs to know of a step that it performs: which actor, under which policy. Resolved against the catalogue. */
import type { JsonSchema } from '../core/json-schema.ts'
import type { RetryPolicy } from '../core/retry-policy.ts'
import type { SecretPlace } from '../core/secret-place.ts'
import type { Catalogue } from './catalogue.ts'
import type { Step, Workflow } from './document.ts'
import type { PresetCall } from './link/preset-call.ts'
import type { Places } from './lower/exit.ts'

export interface StepPlan {
  id: string
  kind: Step['kind']
  /** `tool`: the tool's name; `llm`: `provider/name`; `workflow`: the name or path it calls; else the kind. */
  actor: string
  /** Of a model step: its models in fallback order; elsewhere empty. */
  models: readonly string[]
  /** The part of the actor's input that does not depend on the run; merged over what entering the step evaluated. */
  fixed: Readonly<Record<string, unknown>>
  /** Where a secret stands in the input that entering the step evaluates: only there is it resolved. */
  secrets: readonly SecretPlace[]
  writes: boolean
  /** Of one attempt. Null: none. */
  timeoutMs: number | null
  retry: RetryPolicy
  onLost: 'retry' | 'fail'
  /** What the output must match, beyond the actor's own schema. */
  returns: JsonSchema | undefined
  /** Of an `approve` step: JSON Schema of what the person fills in. */
  form: JsonSchema | undefined
  foreach: { concurrency: number; onItemError: 'stop' | 'skip' | 'collect' } | undefined
  /** Where the call is one of a preset: what it adds, and who has to agree. */
  preset: PresetCall | undefined
  /** Of a model step with tools: each turn and each call is an effect with a plan of its own, `ID/turn` and `ID/TOOL`. */
  toolLoop: { tools: readonly string[]; maxTurns: number } | undefined
}

export interface PlanOptions {
  catalogue: Catalogue
  workflow: Workflow
  /** Alias to `provider/name`, in place of what the file says. */
  models: Readonly<Record<string, string>>
  places: Places
}

/** The plan of the call that undoes a step. */
export const toUndoPlan = (step: string): string => `${step}--undo`
