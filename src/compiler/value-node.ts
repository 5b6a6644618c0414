/** The parts that every value of a typed document is made of. Each keeps its range in the source, so that a later finding has a place. */
import type { Range } from './source.ts'

export interface Located<T> {
  value: T
  range: Range
}

/** The text of one CEL expression. `toOffset` maps an index of `text` to its offset in the source (YAML escapes and folding shift it). */
export interface ExpressionText {
  text: string
  /** The expression alone, without `${` and `}`. */
  range: Range
  toOffset(index: number): number
  /** How the file writes the text that it stands in; undefined: it stands in no file. */
  styleOf?(): 'plain' | 'single' | 'double' | 'block'
}

/** A value in which strings may be, or hold, expressions: `with`, `prompt`, `set`, `output`, … */
export type ValueNode =
  | { kind: 'literal'; value: string | number | boolean | null; range: Range }
  | { kind: 'expression'; expression: ExpressionText; range: Range }
  | { kind: 'template'; parts: (string | ExpressionText)[]; range: Range }
  | { kind: 'list'; items: ValueNode[]; range: Range }
  | { kind: 'map'; entries: { key: Located<string>; value: ValueNode }[]; range: Range }

export type MapNode = Extract<ValueNode, { kind: 'map' }>
