/** Applies the edits of a finding to the text of its file, as an editor does. */
import type { Edit } from '../../src/compiler/diagnostic.ts'
import { createSource, type Range } from '../../src/compiler/source.ts'

export interface Applied {
  text: string
  /** The lines of the new text that the edits wrote: the first, and the one behind the last. */
  lines: Range
}

export const applyFix = (text: string, fix: readonly Edit[]): Applied => {
  const { lineStarts } = createSource('', text)
  const toOffset = (line: number, column: number): number => (lineStarts[line - 1] ?? 0) + column - 1
  const edits = fix
    .map((edit) => ({
      start: toOffset(edit.line, edit.column),
      end: toOffset(edit.end_line, edit.end_column),
      text: edit.text,
    }))
    .sort((a, b) => b.start - a.start)
  const corrected = edits.reduce((all, edit) => all.slice(0, edit.start) + edit.text + all.slice(edit.end), text)
  const first = Math.min(...fix.map(({ line }) => line))
  const growth = corrected.split('\n').length - text.split('\n').length
  return { text: corrected, lines: { start: first, end: Math.max(...fix.map((edit) => edit.end_line)) + growth + 1 } }
}
