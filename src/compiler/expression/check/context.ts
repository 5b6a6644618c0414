/** Shared parts of the expression checker. A finding never stops the check: a wrong part has the type `any` from then on. */
import { findNearest } from '../../../core/nearest.ts'
import type { DiagnosticCode } from '../../diagnostic-codes.ts'
import type { Expression, Span } from '../expression.ts'
import type { ExpressionNames } from '../expression-names.ts'
import { describeType, isAssignable, mayBeNull, type Type, withoutNull } from '../type.ts'

export interface CheckContext {
  text: string
  root: Expression
  names: ExpressionNames
  /** Macro variables in scope; `path` tells variables of one name apart. */
  locals: ReadonlyMap<string, { type: Type; path: string }>
  /** Facts about fields and variables that tests on the way here have shown, by path. */
  facts: Facts
  /** Facts that each test shows, cached: a long chain of `&&` asks for the same again and again. */
  shown: WeakMap<Expression, { whenTrue?: Facts; whenFalse?: Facts }>
  report(code: DiagnosticCode, span: Span, finding: { message: string; hint?: string | Rewrite | undefined }): void
  read(step: string, field: 'output' | 'error', span: Span): void
  check(node: Expression, context: CheckContext): Type
}

/** A hint with the text that it proposes for a part of the expression. */
export interface Rewrite {
  hint: string
  span: Span
  text: string
}

/** `write TEXT`, in place of the part; in words alone if the part is too long to be shown. */
export const rewrite = (span: Span, text: string): string | Rewrite =>
  text.includes('…') ? `write ${text}` : { hint: `write ${text}`, span, text }

/** `did you mean 'WORD'?`, in place of the part. */
export const respell = (span: Span, word: string, known: Iterable<string>): Rewrite | undefined => {
  const nearest = findNearest(word, known)
  return nearest === undefined ? undefined : { hint: `did you mean '${nearest}'?`, span, text: nearest }
}

export type Facts = ReadonlyMap<string, Type>

/** The same context without reports: for a second check of a part. */
export const inSilence = (context: CheckContext): CheckContext => ({ ...context, report: () => {}, read: () => {} })

export const withFacts = (context: CheckContext, facts: Facts): CheckContext =>
  facts.size === 0 ? context : { ...context, facts: new Map([...context.facts, ...facts]) }

const LONGEST_QUOTE = 60

/** The text of a node, shortened for messages. */
export const textOf = ({ start, end }: Span, { text }: CheckContext): string => {
  const whole = text.slice(start, end).replaceAll(/\s+/g, ' ')
  return whole.length > LONGEST_QUOTE ? `${whole.slice(0, LONGEST_QUOTE - 1)}…` : whole
}

export const isRootName = (node: Expression, name: string, { locals }: CheckContext): boolean =>
  node.kind === 'name' && node.name === name && !locals.has(name)

/** True for a name that has a value. `steps` has none by itself. */
export const hasValue = (name: string, { locals, names }: CheckContext): boolean =>
  locals.has(name) || names.root(name) !== undefined

/** Names a place that a test can show facts about: a name, or fields of one. */
export const pathOf = (node: Expression, context: CheckContext): string | undefined => {
  if (node.kind === 'name') return context.locals.get(node.name)?.path ?? node.name
  if (node.kind !== 'field') return undefined
  const object = pathOf(node.object, context)
  return object === undefined ? undefined : fieldPath(object, node.name)
}

export const fieldPath = (object: string, name: string): string => `${object}\0${name}`

/** The type of a node where a value is needed: one that may be missing is a finding. */
export const checkPresent = (node: Expression, context: CheckContext): Type => {
  const type = context.check(node, context)
  if (type.kind === 'secret' && node !== context.root) return { kind: 'any' }
  if (type.kind !== 'optional') return type
  const shown = textOf(node, context)
  context.report('possibly_null', node, {
    message: `'${shown}' may be missing`,
    hint: rewrite(node, `${shown}.orValue(${substituteFor(type.value)})`),
  })
  return type.value
}

/** The same, where null is a finding too. */
export const checkNotNull = (node: Expression, context: CheckContext): Type => {
  const type = checkPresent(node, context)
  if (type.kind === 'null' || !mayBeNull(type)) return type
  const shown = textOf(node, context)
  context.report('possibly_null', node, {
    message: `'${shown}' may be null`,
    hint: `write ${shown}.orValue(${substituteFor(type)}), or test it with ${shown} != null`,
  })
  return withoutNull(type)
}

/** The same, where only some types fit; `taker` names the rule, such as `'-' takes numbers`. */
export const checkExpected = (
  node: Expression,
  { expected, taker }: { expected: Type; taker: string },
  context: CheckContext,
): Type => {
  const type = mayBeNull(expected) ? checkPresent(node, context) : checkNotNull(node, context)
  if (isAssignable(type, expected)) return type
  context.report('type_mismatch', node, {
    message: `${taker}: '${textOf(node, context)}' is ${describeType(type)}`,
    hint: hintConversion(node, { from: type, to: expected }, context),
  })
  return type
}

const hintConversion = (
  node: Expression,
  { from, to }: { from: Type; to: Type },
  context: CheckContext,
): string | Rewrite | undefined => {
  const shown = textOf(node, context)
  if (isAssignable(from, { kind: 'string' }) && isAssignable({ kind: 'number' }, to))
    return `if it holds a number, write double(${shown})`
  if (!isAssignable({ kind: 'string' }, to)) return undefined
  if (isAssignable(from, SCALAR)) return rewrite(node, `string(${shown})`)
  return from.kind === 'object' || from.kind === 'list' ? `for its JSON text write json(${shown})` : undefined
}

const SCALAR: Type = { kind: 'union', members: [{ kind: 'number' }, { kind: 'boolean' }, { kind: 'string' }] }

/** The substitute that a hint proposes for a missing value. */
export const substituteFor = (type: Type): string => {
  const value = withoutNull(type)
  const first = value.kind === 'union' ? value.members[0] : value
  switch (first?.kind) {
    case 'string':
      return "''"
    case 'number':
      return '0'
    case 'boolean':
      return 'false'
    case 'list':
      return '[]'
    case 'literal':
      return typeof first.value === 'string' ? "''" : String(first.value)
    default:
      return '…'
  }
}
