import type { MacroName } from './macro-forms.ts'

/** The syntax tree of one expression. `start` and `end` (exclusive) are indices into its text; parentheses belong to no node. */
export interface Span {
  start: number
  end: number
}

export type Expression =
  | LiteralExpression
  | NameExpression
  | FieldExpression
  | IndexExpression
  | CallExpression
  | MacroExpression
  | BindExpression
  | HasExpression
  | UnaryExpression
  | BinaryExpression
  | ConditionalExpression
  | ListExpression
  | MapExpression

export interface LiteralExpression extends Span {
  kind: 'literal'
  value: string | number | boolean | null
}

export interface NameExpression extends Span {
  kind: 'name'
  name: string
}

/** `a.b`, `a.?b`, and `a["b"]`, which means the same. */
export interface FieldExpression extends Span {
  kind: 'field'
  object: Expression
  name: string
  nameSpan: Span
  /** Written with `.?`. */
  optional: boolean
}

/** `a[i]`, `a[?i]`. */
export interface IndexExpression extends Span {
  kind: 'index'
  object: Expression
  index: Expression
  optional: boolean
}

/** `f(x)`, or `a.f(x)` with a receiver. */
export interface CallExpression extends Span {
  kind: 'call'
  name: string
  nameSpan: Span
  receiver?: Expression
  args: Expression[]
}

export interface Variable extends Span {
  name: string
}

/** `list.map(item, filter, body)`, `list.reduce(total, item, initial, body)`: see macro-forms.ts. */
export interface MacroExpression extends Span {
  kind: 'macro'
  macro: MacroName
  nameSpan: Span
  list: Expression
  /** The item of a list or the key of an object, or before the item or value its index or key. In `reduce` the first is the total. */
  variables: readonly [Variable] | readonly [Variable, Variable]
  /** The first total of `reduce`. */
  initial?: Expression
  filter?: Expression
  body: Expression
}

/** `cel.bind(variable, value, body)`, and `value.optMap(variable, body)`, which is missing if the value is. */
export interface BindExpression extends Span {
  kind: 'bind'
  variable: Variable
  value: Expression
  body: Expression
  /** The value may be missing; with `optFlatMap` the body too. */
  optional?: 'optMap' | 'optFlatMap'
}

/** `has(a.b)`. */
export interface HasExpression extends Span {
  kind: 'has'
  operand: FieldExpression | IndexExpression
}

export interface UnaryExpression extends Span {
  kind: 'unary'
  operator: '!' | '-'
  operand: Expression
}

export const BINARY_OPERATORS = ['&&', '||', '==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', 'in'] as const

export type BinaryOperator = (typeof BINARY_OPERATORS)[number]

export interface BinaryExpression extends Span {
  kind: 'binary'
  operator: BinaryOperator
  left: Expression
  right: Expression
}

export interface ConditionalExpression extends Span {
  kind: 'conditional'
  test: Expression
  whenTrue: Expression
  whenFalse: Expression
}

export interface ListExpression extends Span {
  kind: 'list'
  items: Expression[]
  /** Those of the items that are written `?item`, and left out if missing. */
  optional: ReadonlySet<Expression>
}

export interface MapExpression extends Span {
  kind: 'map'
  /** An optional entry is written `?key: value`, and left out if its value is missing. */
  entries: { key: Expression; value: Expression; optional: boolean }[]
}

/** The direct parts of an expression, in the order of the text. */
export const partsOf = (node: Expression): Expression[] => {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return []
    case 'field':
      return [node.object]
    case 'index':
      return [node.object, node.index]
    case 'call':
      return node.receiver === undefined ? node.args : [node.receiver, ...node.args]
    case 'macro':
      return [node.list, node.initial, node.filter, node.body].filter((part) => part !== undefined)
    case 'bind':
      return [node.value, node.body]
    case 'has':
    case 'unary':
      return [node.operand]
    case 'binary':
      return [node.left, node.right]
    case 'conditional':
      return [node.test, node.whenTrue, node.whenFalse]
    case 'list':
      return node.items
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value])
  }
}

/** How many nodes a tree has. */
export const countNodes = (node: Expression): number => partsOf(node).reduce((sum, part) => sum + countNodes(part), 1)

/**
 * True if the value may be missing, by its form alone: a chain with `.?` or `[?]` in it stays optional up to its end, until
 * `orValue`, `hasValue` or `has` decides.
 */
export const isOptionalChain = (node: Expression): boolean => {
  switch (node.kind) {
    case 'field':
    case 'index':
      return node.optional || isOptionalChain(node.object)
    case 'bind':
      return node.optional !== undefined || isOptionalChain(node.body)
    case 'conditional':
      return isOptionalChain(node.whenTrue) || isOptionalChain(node.whenFalse)
    case 'call':
      return node.name === 'or' && node.receiver !== undefined
    default:
      return false
  }
}

/** The same chain with every link optional: `has(a.b.c)` is false, and no failure, when `a` has no `b`. */
export const toOptionalChain = (node: Expression): Expression =>
  node.kind === 'field' || node.kind === 'index'
    ? { ...node, object: toOptionalChain(node.object), optional: true }
    : node
