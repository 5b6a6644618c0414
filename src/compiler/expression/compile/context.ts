/** Shared parts of the expression compiler. It builds closures once: an evaluation walks no tree and looks up no name. */
import type { JsonValue } from '../../../core/json.ts'
import { type Evaluation, fail, type Value } from '../evaluation.ts'
import { type Expression, isOptionalChain } from '../expression.ts'

export type Run = (evaluation: Evaluation) => Value

/** Always returns a value: a missing one is a failure. */
export type RunValue = (evaluation: Evaluation) => JsonValue

export type Read = (env: unknown) => JsonValue | undefined

export interface CompileContext {
  text: string
  root(name: string): Read | undefined
  step(id: string): Read | undefined
  /** True for the evaluation that absorbs failures: see absorb.ts. */
  absorbs: boolean
  /** Slots of the macro variables in scope. */
  locals: ReadonlyMap<string, number>
  /** A new slot for a macro variable. */
  allocate(): number
  compile(node: Expression, context: CompileContext): Run
}

export const compileValueOf = (node: Expression, context: CompileContext): RunValue => {
  const run = context.compile(node, context)
  if (!isOptionalChain(node)) return run as RunValue
  const reason = `${shortText(node, context)} is missing`
  return (evaluation) => {
    const value = run(evaluation)
    return value === undefined ? fail(reason, node.start) : value
  }
}

const LONGEST_QUOTE = 60

/** The text of a node in quotes, shortened for messages. */
export const shortText = ({ start, end }: Expression, { text }: CompileContext): string => {
  const whole = text.slice(start, end)
  return `'${whole.length > LONGEST_QUOTE ? `${whole.slice(0, LONGEST_QUOTE - 1)}…` : whole}'`
}

/** A closure that always fails: for expressions that the checker refuses and a machine may still hold. */
export const failing =
  (reason: string, position: number): RunValue =>
  () =>
    fail(reason, position)
