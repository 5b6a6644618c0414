/**
 * Protects the YAML parser from hostile files. One linear pass without recursion cuts the text into lexemes, and stops at the
 * first limit that is exceeded. Only lexemes within the limits reach the parser, whose work is recursive and in places
 * quadratic. (Measured on yaml 2.9.1: 40 KB of `[` ended the process, a 1 MiB map took 14 s.)
 *
 * The lexer is the parser's own, so that both always agree on what a token is. Nesting is counted by brackets in flow
 * collections and by growing columns in block ones, which is never less than half of the parser's own depth.
 */
import { CST, Lexer } from 'yaml'
import type { Diagnostics } from '../diagnostic.ts'
import { LEXEMES_A_PART, type Parts } from '../parts.ts'
import type { Source } from '../source.ts'

export const MAX_SOURCE_BYTES = 256 * 1024
export const MAX_DEPTH = 64
export const MAX_NODES = 10_000
const MAX_ALIASES = 100
/** Blanks, line breaks and comments count too: some of the parser's work on them is quadratic. */
const MAX_LEXEMES = 6 * MAX_NODES

/** Control characters, and a carriage return that is not part of a line break. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f]|\r(?!\n)/

/** The lexemes of the text for the YAML parser; undefined when a limit is exceeded, which has been reported then. */
export function* scan({ text }: Source, diagnostics: Diagnostics): Parts<string[] | undefined> {
  if (!isSmallEnough(text, diagnostics) || !hasOnlyText(text, diagnostics)) return undefined
  const lexemes: string[] = []
  const counter = new LimitCounter()
  for (const lexeme of new Lexer().lex(text)) {
    const start = counter.offset
    const excess = counter.count(lexeme)
    if (excess !== undefined) {
      reportExcess(diagnostics, start, excess)
      return undefined
    }
    lexemes.push(lexeme)
    if (lexemes.length % LEXEMES_A_PART === 0) yield
  }
  return lexemes
}

const isSmallEnough = (text: string, diagnostics: Diagnostics): boolean => {
  const bytes = text.length > MAX_SOURCE_BYTES / 3 ? Buffer.byteLength(text) : text.length
  if (bytes <= MAX_SOURCE_BYTES) return true
  reportExcess(diagnostics, 0, `has ${bytes} bytes: expected at most ${MAX_SOURCE_BYTES} (256 KiB)`)
  return false
}

export const reportExcess = (diagnostics: Diagnostics, start: number, excess: string): void =>
  diagnostics.error(
    'source_too_large',
    { start, end: start + 1 },
    `the file ${excess}`,
    'split the workflow, or move data into a file that a step reads',
  )

const hasOnlyText = (text: string, diagnostics: Diagnostics): boolean => {
  const index = text.search(FORBIDDEN)
  if (index === -1) return true
  const code = text.charCodeAt(index).toString(16).toUpperCase().padStart(4, '0')
  const hint =
    text[index] === '\r'
      ? 'save the file with line breaks of Unix or Windows'
      : 'is this a binary file? In a quoted string, write the character as an escape such as "\\x00"'
  const range = { start: index, end: index + 1 }
  diagnostics.error('control_character', range, `the file holds the control character U+${code}: expected text`, hint)
  return false
}

/** Counts lexemes, nodes, levels and aliases during the pass. */
class LimitCounter {
  offset = 0
  #column = 0
  #lexemes = 0
  #nodes = 0
  #aliases = 0
  #flowDepth = 0
  /** Columns at which the open block nodes began, growing. */
  #blockColumns: number[] = []
  #scalarFollows = false

  /** The limit that this lexeme exceeds, as the end of a sentence about the file. */
  count(lexeme: string): string | undefined {
    const type = this.#scalarFollows ? 'scalar-text' : CST.tokenType(lexeme)
    this.#scalarFollows = type === 'scalar'
    this.#see(type)
    if (type !== 'scalar' && type !== 'doc-mode' && type !== 'flow-error-end') this.#advance(lexeme)
    return this.#findExcess()
  }

  #see(type: ReturnType<typeof CST.tokenType> | 'scalar-text'): void {
    this.#lexemes++
    switch (type) {
      case 'doc-start':
      case 'doc-end':
        this.#blockColumns = []
        break
      case 'flow-error-end':
        this.#flowDepth = 0
        break
      case 'flow-map-start':
      case 'flow-seq-start':
        this.#open()
        this.#flowDepth++
        break
      case 'flow-map-end':
      case 'flow-seq-end':
        this.#flowDepth = Math.max(0, this.#flowDepth - 1)
        break
      case 'alias':
        this.#aliases++
        this.#open()
        break
      case 'scalar-text':
      case 'single-quoted-scalar':
      case 'double-quoted-scalar':
        this.#open()
        break
      case 'seq-item-ind':
      case 'explicit-key-ind':
      case 'map-value-ind':
        this.#openBlock()
        break
    }
  }

  #open(): void {
    this.#nodes++
    this.#openBlock()
  }

  #openBlock(): void {
    if (this.#flowDepth > 0) return
    const columns = this.#blockColumns
    while ((columns.at(-1) ?? -1) > this.#column) columns.pop()
    if ((columns.at(-1) ?? -1) < this.#column) columns.push(this.#column)
  }

  #advance(lexeme: string): void {
    this.offset += lexeme.length
    const lineBreak = lexeme.lastIndexOf('\n')
    this.#column = lineBreak === -1 ? this.#column + lexeme.length : lexeme.length - lineBreak - 1
  }

  #findExcess(): string | undefined {
    if (this.#blockColumns.length + this.#flowDepth > MAX_DEPTH)
      return `is nested too deeply: expected at most ${MAX_DEPTH} levels`
    if (this.#nodes > MAX_NODES || this.#lexemes > MAX_LEXEMES)
      return `has too many parts: expected at most ${MAX_NODES.toLocaleString('en')} nodes`
    if (this.#aliases > MAX_ALIASES) return `has too many aliases: expected at most ${MAX_ALIASES}`
    return undefined
  }
}
