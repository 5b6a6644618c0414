/**
 * Diagnostics: findings of the compiler. They are collected, never thrown one by one; one pass finds all of a file,
 * sorted by place. Every code stands once in diagnostic-codes.ts.
 */
import { type Hint, hintText } from './correction.ts'
import type { DiagnosticCode } from './diagnostic-codes.ts'
import { lineText, type Range, type Source, toPosition } from './source.ts'

export type Severity = 'error' | 'warning'

/** Lines and columns count from 1; the end is exclusive. */
interface Place {
  line: number
  column: number
  end_line: number
  end_column: number
}

/** One edit of a correction: `text` in place of a part of the file. */
export interface Edit extends Place {
  text: string
}

export interface Diagnostic extends Place {
  code: DiagnosticCode
  severity: Severity
  file: string
  message: string
  hint: string | null
  /** The edits that do what the hint says, to be applied together; null where the hint is advice. */
  fix: readonly Edit[] | null
}

/** Collects the findings about one source. */
export class Diagnostics {
  readonly source: Source
  #found: (Diagnostic & { start: number })[] = []

  constructor(source: Source) {
    this.source = source
  }

  error(code: DiagnosticCode, range: Range, message: string, hint?: Hint): void {
    this.#add('error', code, range, message, hint)
  }

  warning(code: DiagnosticCode, range: Range, message: string, hint?: Hint): void {
    this.#add('warning', code, range, message, hint)
  }

  get hasErrors(): boolean {
    return this.#found.some(({ severity }) => severity === 'error')
  }

  /** Returns the findings sorted by place, without duplicates. */
  toList(): Diagnostic[] {
    const seen = new Set<string>()
    return this.#found
      .sort((a, b) => a.start - b.start)
      .map(({ start, ...diagnostic }) => diagnostic)
      .filter((diagnostic) => {
        const identity = `${diagnostic.code}:${diagnostic.line}:${diagnostic.column}:${diagnostic.message}`
        return seen.has(identity) ? false : seen.add(identity)
      })
  }

  #add(severity: Severity, code: DiagnosticCode, range: Range, message: string, hint: Hint | undefined): void {
    const fix =
      typeof hint === 'object' ? hint.edits.map((edit) => ({ ...this.#toPlace(edit), text: edit.text })) : null
    this.#found.push({
      code,
      severity,
      file: this.source.file,
      ...this.#toPlace(range),
      message,
      hint: hintText(hint) ?? null,
      fix,
      start: range.start,
    })
  }

  #toPlace(range: Range): Place {
    const start = toPosition(this.source, range.start)
    const end = toPosition(this.source, Math.max(range.end, range.start))
    return { line: start.line, column: start.column, end_line: end.line, end_column: end.column }
  }
}

/** `FILE:LINE:COL: error[CODE]: message`, the line with carets under the finding, and the hint. No line break at the end. */
export const formatDiagnostic = (diagnostic: Diagnostic, source: Source | undefined): string => {
  const { file, line, column, severity, code, message, hint } = diagnostic
  const head = `${file}:${line}:${column}: ${severity}[${code}]: ${message}`
  const frame = source === undefined ? '' : formatFrame(diagnostic, source)
  return `${head}${frame}${hint === null ? '' : `\n  hint: ${hint}`}`.replace(CONTROL_CHARACTERS, '\uFFFD')
}

/** Escapes control characters: a workflow's text must not control the terminal that shows it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

const LONGEST_FRAME_LINE = 160

const formatFrame = (diagnostic: Diagnostic, source: Source): string => {
  const { line, column, end_line, end_column } = diagnostic
  const whole = lineText(source, line)
  if (whole.trim() === '') return ''
  const cut = Math.max(0, column - 1 - LONGEST_FRAME_LINE / 2)
  const text = whole.slice(cut, cut + LONGEST_FRAME_LINE)
  const from = column - 1 - cut
  const to = end_line === line ? end_column - 1 - cut : text.length
  const carets = '^'.repeat(Math.max(1, Math.min(to, text.length) - from))
  const gutter = String(line)
  const indent = text.slice(0, from).replace(/[^\t]/g, ' ')
  return `\n  ${gutter} | ${text}\n  ${' '.repeat(gutter.length)} | ${indent}${carets}`
}
