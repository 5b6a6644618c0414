import type { JsonSchema } from '../../core/json-schema.ts'
import type { Type } from '../expression/type.ts'

/** What a workflow must know of one that it calls. */
export interface ChildWorkflow {
  /** Closed object schema; undefined: it takes no input. */
  input: JsonSchema | undefined
  output: Type
  /** Every model that a run of it may call. */
  models: readonly string[]
}
