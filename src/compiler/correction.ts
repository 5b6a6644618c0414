/**
 * Corrections: hints that a program can apply. The words of a hint and its edits are made together, so that the hint shows
 * the text that the edits write.
 */
import { findNearest } from '../core/nearest.ts'
import { lineText, type Range, type Source, toPosition } from './source.ts'

/** Replaces the text of the range. An empty range inserts. */
export interface TextEdit extends Range {
  text: string
}

export interface Correction {
  hint: string
  /** They do not overlap, and are applied together. */
  edits: readonly TextEdit[]
}

/** Advice in words, or a correction. */
export type Hint = string | Correction

export const correct = (hint: string, ...edits: TextEdit[]): Correction => ({ hint, edits })

const replace = ({ start, end }: Range, text: string): TextEdit => ({ start, end, text })

/** `write TEXT`, in place of the range. */
export const write = (range: Range, text: string): Correction => correct(`write ${text}`, replace(range, text))

export const quoteIt = (range: Range, text: string): Correction => correct(`quote it: ${text}`, replace(range, text))

/** `did you mean 'WORD'?`, in place of the range. */
export const meant = (range: Range, word: string): Correction =>
  correct(`did you mean '${word}'?`, replace(range, word))

/** The nearest known word in place of an unknown one. Undefined when none is near. */
export const meantNearest = (range: Range, word: string, known: Iterable<string>): Correction | undefined => {
  const nearest = findNearest(word, known)
  return nearest === undefined ? undefined : meant(range, nearest)
}

/** Puts `KEY: VALUE` before the key that names the kind of a step. */
export const insertKey = (
  { kindRange: { start }, range }: { kindRange: Range; range: Range },
  written: string,
  source: Source,
): TextEdit => {
  const isFlow = source.text[range.start] === '{'
  const indent = ' '.repeat(toPosition(source, start).column - 1)
  return { start, end: start, text: isFlow ? `${written}, ` : `${written}\n${indent}` }
}

/** The hint is the line of the range with `text` in its place, without its indentation. */
export const correctLine = (range: Range, text: string, source: Source): Correction => {
  const { line, column } = toPosition(source, range.start)
  const whole = lineText(source, line)
  const last = toPosition(source, range.end)
  const behind = lineText(source, last.line).slice(last.column - 1)
  return correct(`${whole.slice(0, column - 1)}${text}${behind}`.trim(), replace(range, text))
}

export const hintText = (hint: Hint | undefined): string | undefined => (typeof hint === 'object' ? hint.hint : hint)
