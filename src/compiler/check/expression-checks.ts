/** Checks single expressions and values at their sites in the flow, and reports mismatches. */
import type { Diagnostics } from '../diagnostic.ts'
import type { ExpressionText, ValueNode } from '../document.ts'
import { findMismatches, type HintUnknown } from '../expression/assign-value.ts'
import { type CheckedExpression, checkExpression, type ExpressionNames } from '../expression/check-expression.ts'
import { checkValue } from '../expression/check-value.ts'
import { findMisreads, type MisreadOptions } from '../expression/misread-values.ts'
import { ANY, BOOLEAN, describeType, isAssignable, mayBeNull, type Type, withoutNull } from '../expression/type.ts'
import type { Range } from '../source.ts'
import type { FlowNode } from './flow-graph.ts'
import type { ReadChecks } from './read-checks.ts'

/** A site at which expressions are evaluated. */
export interface Site {
  names: ExpressionNames
  /** Undefined at sites before any step has run. */
  node: FlowNode | undefined
}

/** A site of a value. */
export interface ValueSite extends Site {
  /** Texts in the value are expressions, with and without `${ }`. Default false. */
  isBare?: boolean
  /** Hint for a field that is not expected. */
  hintUnknown?: HintUnknown | undefined
}

export interface ExpressionChecks {
  expression(expression: ExpressionText, site: Site): Type
  value(value: ValueNode, site: ValueSite): Type
  /** @param name The key that holds it, for messages. */
  condition(expression: ExpressionText, name: string, site: Site): void
  /** Checks a value against a type, and reports each difference where it stands. */
  fitting(value: ValueNode, expected: Type, site: ValueSite): void
  /** Checks an expression, or a value as a whole, against a type. */
  typed(value: ExpressionText | ValueNode, expected: Expected, site: Site): Type
}

export interface Expected {
  /** The key that holds the value, for messages. */
  name: string
  type: Type
  /** The type in words, if its own description is not clear enough. */
  words?: string
  hint?: string
}

export interface ExpressionCheckOptions {
  diagnostics: Diagnostics
  reads: ReadChecks
  /** Called with each expression whose result is passed on as it is, and fits. */
  onPassed(expression: ExpressionText): void
}

export const createExpressionChecks = ({ diagnostics, reads, onPassed }: ExpressionCheckOptions): ExpressionChecks => {
  const take = (checked: CheckedExpression, { node }: Site): Type => {
    for (const { code, range, message, hint } of checked.findings) diagnostics.error(code, range, message, hint)
    if (node !== undefined) for (const read of checked.reads) reads.check(read, node)
    return checked.type
  }
  const typeOfExpression = (expression: ExpressionText, site: Site): Type =>
    take(checkExpression(expression, site.names), site)
  const typeOf = (value: ValueNode, site: Site): Type => take(checkValue(value, site.names), site)
  const checks: ExpressionChecks = {
    expression(expression, site) {
      onPassed(expression)
      return typeOfExpression(expression, site)
    },
    value(value, site) {
      warnOfMisread(value, { ...site, expected: ANY }, diagnostics)
      expressionsIn(value).forEach(onPassed)
      return typeOf(value, site)
    },
    condition(expression, name, site) {
      const type = typeOfExpression(expression, site)
      if (isAssignable(type, BOOLEAN)) return
      const message = `'${name}' is no condition: expected true or false, got ${describeType(type)}`
      const hint = "compare it with something, such as x != null or x == 'yes'"
      diagnostics.error('not_boolean', expression.range, message, hint)
    },
    fitting(value, expected, site) {
      warnOfMisread(value, { ...site, expected }, diagnostics)
      const type = typeOf(value, site)
      const { text } = diagnostics.source
      const mismatches = findMismatches(value, type, { expected, text, hintUnknown: site.hintUnknown })
      if (mismatches.length === 0) expressionsIn(value).forEach(onPassed)
      for (const { code, range, message, hint } of mismatches) diagnostics.error(code, range, message, hint)
    },
    typed(value, expected, site) {
      if (!('text' in value)) warnOfMisread(value, { expected: expected.type, subject: expected.name }, diagnostics)
      const type = 'text' in value ? typeOfExpression(value, site) : typeOf(value, site)
      if (isAssignable(type, expected.type)) expressionsIn(value).forEach(onPassed)
      else reportMisfit(type, { ...expected, range: value.range }, diagnostics)
      return type
    },
  }
  return checks
}

/** The expressions that are values of their own, and not parts of a text. */
const expressionsIn = (value: ExpressionText | ValueNode): ExpressionText[] => {
  if ('text' in value) return [value]
  switch (value.kind) {
    case 'expression':
      return [value.expression]
    case 'list':
      return value.items.flatMap(expressionsIn)
    case 'map':
      return value.entries.flatMap((entry) => expressionsIn(entry.value))
    default:
      return []
  }
}

/** A value that does not fit is reported as such. */
const warnOfMisread = (value: ValueNode, options: Omit<MisreadOptions, 'text'>, diagnostics: Diagnostics): void => {
  const found = findMisreads(value, { ...options, text: diagnostics.source.text })
  for (const { range, message, hint, fits } of found)
    if (fits) diagnostics.warning('misread_value', range, message, hint)
}

const reportMisfit = (
  type: Type,
  { name, type: expected, words, hint, range }: Expected & { range: Range },
  diagnostics: Diagnostics,
): void => {
  const isNull = mayBeNull(type) && type.kind !== 'null' && isAssignable(withoutNull(type), expected)
  const message = `'${name}' ${isNull ? 'may be null' : 'does not fit'}: expected ${words ?? describeType(expected)}, got ${describeType(type)}`
  if (isNull) diagnostics.error('possibly_null', range, message, 'write ….orValue(…) for a substitute')
  else diagnostics.error('type_mismatch', range, message, hint)
}
