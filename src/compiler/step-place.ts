/** Place of a step in a workflow: its blocks, siblings and foreach scopes. */
import type { Step } from './document.ts'

export interface StepPlace {
  step: Step
  /** Enclosing blocks, outermost first. */
  ancestors: readonly Step[]
  /** The enclosing foreach steps, outermost first: the scopes that this step runs in. */
  scopes: readonly string[]
  siblings: readonly Step[]
  index: number
  /** The branch of the enclosing parallel, or the case of the enclosing switch, as `name` or `case 2`; empty elsewhere. */
  branch: string
  /** True for the steps of `finally`. */
  isFinal: boolean
}

/** A list of steps inside a block, with the name of its branch; empty where the block has one list only. */
export interface ChildList {
  branch: string
  steps: readonly Step[]
}
