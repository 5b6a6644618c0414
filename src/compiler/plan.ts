/** Plan of a step for the host: which actor performs it, under which policy. Resolved against the catalogue. */
import type { FileFormat } from '../core/item-file.ts'
import type { JsonSchema } from '../core/json-schema.ts'
import type { MaxFailures } from '../core/max-failures.ts'
import type { Rate } from '../core/rate.ts'
import type { RetryPolicy } from '../core/retry-policy.ts'
import type { SecretPlace } from '../core/secret-place.ts'
import type { Catalogue } from './catalogue.ts'
import type { Step, Workflow } from './document.ts'
import type { PresetCall } from './link/preset-call.ts'
import type { Places } from './lower/exit.ts'

export interface StepPlan {
  id: string
  /** `detach`: a workflow step that does not wait. */
  kind: Step['kind'] | 'detach'
  /** `tool`: the tool's name; `llm`: `provider/name`; `workflow`: the name or path it calls; else the kind. */
  actor: string
  /** Models of a model step in fallback order; empty for other steps. */
  models: readonly string[]
  /** The part of the actor's input that does not depend on the run; merged over the input that entering the step evaluated. */
  fixed: Readonly<Record<string, unknown>>
  /** Places of secrets in the evaluated input: a secret is resolved nowhere else. */
  secrets: readonly SecretPlace[]
  writes: boolean
  /** Codes that its actor declares. */
  faults: readonly string[]
  /** Timeout of one attempt, unless an expression of the step gives it. Null: none. */
  timeoutMs: number | null
  retry: RetryPolicy
  onLost: 'retry' | 'fail'
  /** Schema of the output, beyond the actor's own schema. */
  returns: JsonSchema | undefined
  /** Form of an `approve` step: JSON Schema of the values that a person fills in. */
  form: JsonSchema | undefined
  /** Number of people who must approve an `approve` step. Undefined: one. */
  count: number | undefined
  foreach: ForeachPlan | undefined
  /** For a call of a preset: its fixed input, and its approval. */
  preset: PresetCall | undefined
  /** For a model step with tools: each turn and each call is an effect with a plan of its own, `ID/turn` and `ID/TOOL`. */
  toolLoop: { tools: readonly string[]; maxTurns: number } | undefined
}

export interface ForeachPlan {
  concurrency: number
  onItemError: 'stop' | 'skip' | 'collect'
  /** Undefined: any number of items may fail. Without effect under `stop`. */
  maxFailures?: MaxFailures
  /** Most items that start within a time. Undefined: as many as the concurrency allows. */
  rate?: Rate
  /** The items are read from a file, by effects with a plan of their own, `ID[read]`. */
  file?: { format: FileFormat }
  /** The results are written to a file, by effects with a plan of their own, `ID[write]`. */
  writesResults?: true
}

/** Effects that a foreach itself needs. */
export const FOREACH_PARTS = ['read', 'write'] as const

export type ForeachPart = (typeof FOREACH_PARTS)[number]

/** Returns the id of the plan of such an effect. */
export const toPartPlan = (step: string, part: ForeachPart): string => `${step}[${part}]`

/** Plans of the effects that a foreach itself needs; none for other steps. */
export const listPartPlans = (step: string, plans: ReadonlyMap<string, StepPlan>): StepPlan[] =>
  FOREACH_PARTS.flatMap((part) => plans.get(toPartPlan(step, part)) ?? [])

export interface PlanOptions {
  catalogue: Catalogue
  workflow: Workflow
  /** Alias to `provider/name`, in place of the file's models. */
  models: Readonly<Record<string, string>>
  places: Places
}

/** Returns the id of the plan of the call that undoes a step. */
export const toUndoPlan = (step: string): string => `${step}--undo`
