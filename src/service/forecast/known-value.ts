/** What expressions come to before a run: those that read nothing but its input. */
import type { ExpressionText, ValueNode } from '../../compiler/document.ts'
import { type Bindings, compileExpression, compileValue } from '../../compiler/expression/compile-expression.ts'
import { isFault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'

export interface KnownInput {
  /** Undefined: not given. */
  input: JsonValue | undefined
  /** Other names that are known, such as that of a foreach item. */
  names?: Readonly<Record<string, JsonValue>>
}

/** What a value comes to for each of these; undefined: it is known only when the run is there. */
export const knownValues = (node: ValueNode, known: readonly KnownInput[]): (JsonValue | undefined)[] => {
  const run = compileValue(node, BINDINGS)
  return known.map((one) => evaluate(run, one))
}

/** Undefined: it is known only when the run is there. */
export const knownResult = (expression: ExpressionText, known: KnownInput): JsonValue | undefined =>
  evaluate(compileExpression(expression, BINDINGS), known)

class NotKnown extends Error {}

const BINDINGS: Bindings<KnownInput> = {
  root: (name) => (known) => {
    const value = name === 'input' ? known.input : known.names?.[name]
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
