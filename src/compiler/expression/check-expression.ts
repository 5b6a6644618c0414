/**
 * Type checker of expressions: checks names, fields, operators, functions and conditions against the names in scope. It reports
 * all problems of an expression, and the steps whose outputs it reads without a guard; unknown functions alone.
 */

import { correct, type Hint } from '../correction.ts'
import type { Range } from '../source.ts'
import type { ExpressionText } from '../value-node.ts'
import { checkNode } from './check/check-node.ts'
import { type CheckContext, checkPresent, type Rewrite } from './check/context.ts'
import type { Span } from './expression.ts'
import type { CheckedExpression, ExpressionNames } from './expression-names.ts'
import { joinParts, quoteExpression, writeInScalar } from './mixed-text.ts'
import { parseExpression } from './parse-expression.ts'
import { ANY, type Type } from './type.ts'

export type { CheckedExpression, ExpressionNames, StepRead } from './expression-names.ts'

/** Never throws. A text that is not an expression has one finding and the type `any`; a value that may be missing is a finding. */
export const checkExpression = (expression: ExpressionText, names: ExpressionNames): CheckedExpression => {
  const checked: CheckedExpression = { type: ANY, findings: [], reads: [] }
  const parsed = parseExpression(expression.text)
  if (!parsed.ok) {
    const { index, message, hint } = parsed
    const range = toRange(expression, { start: index, end: index + 1 })
    const rewritten = hintMixed(expression, names) ?? hintLineBreaks(expression)
    checked.findings.push({ code: 'expression_syntax', range, message, hint: rewritten ?? hint })
    return checked
  }
  checked.type = checkTree({ expression, names, checked, root: parsed.ast })
  const unknown = checked.findings.filter(({ code }) => code === 'unknown_function')
  // As long as a function is unknown, so is what it gives: other findings would be guesses.
  return unknown.length === 0 ? checked : { type: ANY, findings: unknown, reads: [] }
}

const hintMixed = (expression: ExpressionText, names: ExpressionNames): Hint | undefined => {
  const { range } = expression
  const typeOf = (text: string): Type => checkExpression({ text, range, toOffset: () => range.start }, names).type
  const joined = joinParts(expression.text, typeOf)
  if (joined === undefined) return undefined
  const text = writeInScalar(joined, expression)
  const words = `write ${quoteExpression(joined)}`
  return text === undefined ? words : correct(words, { ...range, text })
}

/** In double quotes YAML reads `\n` before the expression does: `'\n'` of an expression is written `'\\n'` there. */
const hintLineBreaks = (expression: ExpressionText): Hint | undefined => {
  const { range, styleOf } = expression
  const escaped = escapeLineBreaks(expression.text)
  if (escaped === expression.text || !parseExpression(escaped).ok) return undefined
  const text = styleOf?.() === 'double' ? writeInScalar(escaped, expression) : undefined
  if (text === undefined) return `a text of an expression stands on one line: write ${escaped}`
  return correct(`in double quotes YAML reads \\n itself: write ${text}`, { ...range, text })
}

/** Writes line breaks between quotes as `\n`. */
const escapeLineBreaks = (text: string): string =>
  text.replaceAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/gs, (quoted) => quoted.replaceAll('\n', '\\n'))

interface Job {
  expression: ExpressionText
  names: ExpressionNames
  checked: CheckedExpression
  root: CheckContext['root']
}

const checkTree = ({ expression, names, checked, root }: Job): Type => {
  const context: CheckContext = {
    text: expression.text,
    root,
    names,
    locals: new Map(),
    facts: new Map(),
    shown: new WeakMap(),
    report(code, span, { message, hint }) {
      checked.findings.push({ code, range: toRange(expression, span), message, hint: toHint(hint, expression) })
    },
    read(step, field, span) {
      checked.reads.push({ step, field, range: toRange(expression, span) })
    },
    check: checkNode,
  }
  return checkPresent(root, context)
}

/** Converts a place in the text to one in the source; the end of the text becomes its last character. */
const toRange = (expression: ExpressionText, { start, end }: Span): Range => {
  const last = expression.text.length - 1
  if (last < 0) return expression.range
  const from = expression.toOffset(Math.min(start, last))
  const to = expression.toOffset(Math.min(Math.max(end - 1, start), last))
  return { start: from, end: Math.max(from, to) + 1 }
}

/** Turns a rewrite into a correction of the file, if its text can stand there. */
const toHint = (hint: string | Rewrite | undefined, expression: ExpressionText): Hint | undefined => {
  if (typeof hint !== 'object') return hint
  const text = toScalarText(hint.text, expression)
  return text === undefined ? hint.hint : correct(hint.hint, { ...toRange(expression, hint.span), text })
}

/** Writes a text as the YAML scalar needs it; undefined where YAML could take it apart. */
const toScalarText = (text: string, { styleOf }: ExpressionText): string | undefined => {
  const style = styleOf?.()
  if (style === 'single') return text.replaceAll("'", "''")
  if (style === 'double') return text.replaceAll(/[\\"]/g, '\\$&')
  return style === 'plain' && /[,[\]{}#:"'&*!|>%@`]/.test(text) ? undefined : text
}
