/** Evaluates expressions before a run, as far as they read only its input. */
import type { ExpressionText, ValueNode } from '../../compiler/document.ts'
import { type Bindings, compileExpression, compileValue } from '../../compiler/expression/compile-expression.ts'
import { isFault } from '../../core/fault.ts'
import { type JsonValue, ownValue } from '../../core/json.ts'

export interface KnownInput {
  /** Undefined: not given. */
  input: JsonValue | undefined
  /** Other known names, such as that of a foreach item. */
  names?: Readonly<Record<string, JsonValue>>
}

/** Evaluates a value for each known input. Undefined: it is known only in a run. */
export const knownValues = (node: ValueNode, known: readonly KnownInput[]): (JsonValue | undefined)[] => {
  const run = compileValue(node, BINDINGS)
  return known.map((one) => evaluate(run, one))
}

/** Undefined: the result is known only in a run. */
export const knownResult = (expression: ExpressionText, known: KnownInput): JsonValue | undefined =>
  evaluate(compileExpression(expression, BINDINGS), known)

class NotKnown extends Error {}

const BINDINGS: Bindings<KnownInput> = {
  root: (name) => (known) => {
    const value = name === 'input' ? known.input : ownValue(known.names, name)
    if (value === undefined) throw new NotKnown()
    return value
  },
  step: () => () => {
    throw new NotKnown()
  },
}

const evaluate = (run: (known: KnownInput) => JsonValue, known: KnownInput): JsonValue | undefined => {
  try {
    return run(known)
  } catch (thrown) {
    if (thrown instanceof NotKnown || isFault(thrown)) return undefined
    throw thrown
  }
}
