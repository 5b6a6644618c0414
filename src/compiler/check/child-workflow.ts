import type { JsonSchema } from '../../core/json-schema.ts'
import type { Workflow } from '../document.ts'
import type { Type } from '../expression/type.ts'

/** Facts about a called workflow that its caller is checked against. */
export interface ChildWorkflow {
  /** Closed object schema; undefined: the child takes no input. */
  input: JsonSchema | undefined
  output: Type
  /** Every model that a run of the child may call. */
  models: readonly string[]
  workflow: Pick<Workflow, 'flow'>
}
