/** The text of a workflow, and the conversion from offsets to lines and columns. Offsets count UTF-16 units from 0. */
export interface Range {
  start: number
  /** Exclusive. */
  end: number
}

export interface Position {
  /** From 1. */
  line: number
  /** From 1, in UTF-16 units. */
  column: number
}

export interface Source {
  /** As the user named the file; shown in diagnostics, never opened again. */
  file: string
  text: string
  lineStarts: number[]
}

export const createSource = (file: string, text: string): Source => {
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  return { file, text, lineStarts }
}

export const toPosition = (source: Source, offset: number): Position => {
  let low = 0
  let high = source.lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((source.lineStarts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return { line: low + 1, column: offset - (source.lineStarts[low] ?? 0) + 1 }
}

/** Returns the text of a line (from 1), without its line break. */
export const lineText = (source: Source, line: number): string => {
  const start = source.lineStarts[line - 1] ?? 0
  return source.text.slice(start, source.lineStarts[line] ?? source.text.length).replace(/\r?\n$/, '')
}
