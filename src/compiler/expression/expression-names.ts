/** Questions of the checker about the place of an expression, and its answers. */
import type { Hint } from '../correction.ts'
import type { DiagnosticCode } from '../diagnostic-codes.ts'
import type { Range } from '../source.ts'
import type { Type } from './type.ts'

/** The names in scope at one place of a workflow. */
export interface ExpressionNames {
  /** `input`, `run`, `iter`, `error`, `event`, `env`, `index`, the `as` of a foreach, …; not `steps`, not `secrets`. */
  root(name: string): Type | undefined
  /** For "did you mean". */
  rootNames(): readonly string[]
  /** Undefined: the step is not visible here. */
  step(id: string): StepType | undefined
  stepIds(): readonly string[]
  /** Why a step that exists can't be read here, such as "it runs inside foreach 'grades'". */
  hiddenStep?(id: string): string | undefined
  /** Undefined: secrets may not be used at this place. */
  secrets(): readonly string[] | undefined
}

export interface StepType {
  output: Type
  error: Type
}

/** A read of a step's output or error that nothing guards: flow analysis decides if it is surely assigned there. */
export interface StepRead {
  step: string
  field: 'output' | 'error'
  range: Range
}

export interface ExpressionFinding {
  code: DiagnosticCode
  range: Range
  message: string
  hint?: Hint | undefined
}

export interface CheckedExpression {
  type: Type
  findings: ExpressionFinding[]
  reads: StepRead[]
}
