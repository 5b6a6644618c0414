import type { ParseError } from '@marcbachmann/cel-js'
import { quoteText } from './type.ts'

export interface SyntaxFailure {
  ok: false
  index: number
  message: string
  hint?: string | undefined
}

/** Thrown and caught inside the parser only. */
export class SyntaxProblem extends Error {
  readonly index: number
  readonly hint: string | undefined

  constructor(index: number, message: string, hint?: string) {
    super(message)
    this.index = index
    this.hint = hint
  }

  toResult(): SyntaxFailure {
    return toFailure(this.index, this.message, this.hint)
  }
}

const toFailure = (index: number, message: string, hint?: string): SyntaxFailure => ({
  ok: false,
  index,
  message,
  hint,
})

/** Words of other languages, with the form of this one. Looked for where the parser stopped. */
const FOREIGN_WORDS: [pattern: RegExp, hint: string][] = [
  [/^and\b/i, "write '&&' for and"],
  [/^or\b/i, "write '||' for or"],
  [/^not\b/i, "write '!' for not"],
  [/^is\b/i, "write '==' to compare"],
  [/^(if|else|then)\b/i, "write 'test ? this : that'"],
  [/^===?/, "write '==' to compare"],
  [/^[=-]>/, "write 'list.map(item, expression)': the name of the item, then the expression"],
  [/^=/, "write '==' to compare"],
  [/^&/, "write '&&' for and"],
  [/^\|/, "write '||' for or"],
  [/^\?\?/, "write 'value.orValue(other)' for a value that may be missing"],
  [/^\?\./, "write 'a.?b', with the question mark behind the dot"],
  [/^\?:/, "write 'value.orValue(other)' for a value that may be missing"],
  [/^\$\{/, "'${' and '}' go around a whole expression, not inside one"],
  [/^`/, 'texts stand in \' or "'],
  [/^[“”„‘’]/, 'texts stand in plain quotes: \' or "'],
  [/^#/, 'in YAML, quote the whole expression when it holds a #'],
  [/^_\d/, 'write a number without _: 1000 for 1_000'],
  [/^;/, 'an expression has one value and no ; at its end'],
]

/** Rewords an error of cel-js: the place, the problem, and the probable intention. */
export const explainSyntaxError = (error: ParseError, text: string): SyntaxFailure => {
  const index = Math.min(error.range?.start ?? 0, text.length)
  if (text.trim() === '') return toFailure(0, 'the expression is empty')
  switch (error.code) {
    case 'expected_token':
    case 'unexpected_token':
    case 'unexpected_character':
      return explainToken(text, index)
    case 'limit_exceeded':
      return toFailure(index, `the expression is too large: ${lowerFirst(error.summary)}`)
    case 'reserved_identifier':
      return toFailure(
        index,
        `${nameOf(text, index)} is a word that the language keeps for itself`,
        hintAt(text, index),
      )
    case 'invalid_macro_argument':
      return toFailure(
        index,
        `${nameOf(text, index)} is not a name: expected a name for the items, as in list.map(item, …)`,
      )
    default:
      return toFailure(index, lowerFirst(error.summary))
  }
}

const explainToken = (text: string, index: number): SyntaxFailure => {
  const hint = hintQuotedField(text, index) ?? hintAt(text, index) ?? hintBefore(text, index)
  return text.slice(index).trim() === ''
    ? toFailure(text.length, 'the expression ends too early', hint)
    : toFailure(index, `${nameOf(text, index)} is not expected here`, hint)
}

/** In CEL a field with other characters than letters and digits may stand in backquotes. */
const hintQuotedField = (text: string, index: number): string | undefined => {
  const name = /^`([^`\n]+)`/.exec(text.slice(index))?.[1]
  const dot = /\.(\?)?\s*$/.exec(text.slice(0, index))
  if (name === undefined || dot === null) return undefined
  const owner = /(?:[\w.?]|\[[^[\]]*\]|\([^()]*\))*$/.exec(text.slice(0, dot.index))?.[0] ?? ''
  return `write ${owner}[${dot[1] ?? ''}${quoteText(name)}]`
}

const hintAt = (text: string, index: number): string | undefined =>
  FOREIGN_WORDS.find(([pattern]) => pattern.test(text.slice(index)))?.[1]

/** The parser stops behind `not`, `a =` and `a ?`, at what follows. */
const hintBefore = (text: string, index: number): string | undefined => {
  const before = /(?:\w+|.)$/s.exec(text.slice(0, index).trimEnd())
  return before === null ? undefined : (hintAt(`${before[0]}${text.slice(index)}`, 0) ?? hintAt(text, before.index))
}

const nameOf = (text: string, index: number): string => {
  const word = /^(?:\w+|\s*.)/su.exec(text.slice(index))?.[0] ?? ''
  return `'${word.trim()}'`
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`
