/** Words the parser's first syntax error: as a slip if an expression lacks quotes, else with a hint. */
import type { ErrorCode, YAMLParseError } from 'yaml'
import type { Diagnostics } from '../diagnostic.ts'
import type { Source } from '../source.ts'
import { findBareValue, quoteInLine, reportCommentSlipBefore, reportSlipAt } from './yaml-slip.ts'

export const reportSyntaxError = (error: YAMLParseError, diagnostics: Diagnostics): void => {
  const [start, end] = error.pos
  if (reportSlipAt(start, diagnostics) || reportCommentSlipBefore(start, diagnostics)) return
  const range = { start, end: Math.max(end, start + 1) }
  const bare = findBareValue(start, diagnostics.source)
  const quoted = bare === undefined ? HINTS[error.code] : quoteInLine(bare, diagnostics.source)
  const hint = isBareStar(start, diagnostics.source) ? 'quote the key: "*":' : quoted
  diagnostics.error('yaml_syntax', range, `this is not YAML: ${toSentence(error.message)}`, hint)
}

/** True at a key `*`, or right behind it: YAML takes `*:` for an alias named `:`. */
const isBareStar = (at: number, { text }: Source): boolean =>
  text.startsWith('*:', at) || /(^|[\s{,])\*:\s*$/.test(text.slice(0, at))

const toSentence = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '')

const HINTS: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'keys of one map begin at the same column, and each [ or { is closed',
  MISSING_CHAR: 'is a colon or a closing quote missing here?',
  BLOCK_AS_IMPLICIT_KEY: 'is the indentation right? A text that holds ": " must be quoted',
  MULTILINE_IMPLICIT_KEY: 'is a colon missing, or the indentation wrong?',
  BLOCK_IN_FLOW: 'inside { } and [ ], quote a text that holds ": "',
  BAD_SCALAR_START: 'quote the text',
  BAD_DQ_ESCAPE: 'write a backslash as \\\\, or use single quotes',
  UNEXPECTED_TOKEN: 'a value that goes on behind its closing quote or bracket must be quoted as a whole',
}
