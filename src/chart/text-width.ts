/**
 * Widths of text without a screen: those of Helvetica, which Arial and Liberation Sans share, in thousandths of the
 * font's size (from the font metrics that Adobe publishes). Other fonts are stretched to fit when the text is drawn.
 */

export interface Font {
  /** In px. */
  size: number
  bold?: boolean
}

/** From the space (U+0020) to the tilde (U+007E). */
const REGULAR = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
]
const BOLD = [
  278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
  556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
  280, 389, 584,
]

const NO_WIDTH = /\p{Mn}|\p{Me}|\p{Cf}/u
const SIGNS: Readonly<Record<string, number>> = { '·': 278, '×': 584, '≤': 549, '≥': 549, '–': 556 }
/** Letters of Latin, Greek and Cyrillic; later characters in Unicode are a square wide or less. */
const LETTER = /[\u00a0-\u10ff\u1e00-\u1fff]/
const LETTER_WIDTH = 667

const charWidth = (character: string, bold: boolean): number => {
  const width = (bold ? BOLD : REGULAR)[(character.codePointAt(0) ?? 0) - 0x20]
  if (width !== undefined) return width
  if (NO_WIDTH.test(character)) return 0
  return SIGNS[character] ?? (LETTER.test(character) ? LETTER_WIDTH : 1000)
}

/** In px. */
export const widthOf = (text: string, { size, bold = false }: Font): number => {
  let width = 0
  for (const character of text) width += charWidth(character, bold)
  return (width * size) / 1000
}

/** Returns the beginning that fits, with `…` for the rest. */
export const cutText = (text: string, width: number, font: Font): string => {
  if (widthOf(text, font) <= width) return text
  const room = width - widthOf('…', font)
  let kept = ''
  let used = 0
  for (const character of text) {
    used += widthOf(character, font)
    if (used > room) break
    kept += character
  }
  return `${kept.trimEnd()}…`
}

export interface Wrapping {
  width: number
  /** At most. */
  lines: number
  font: Font
}

/** Returns lines that fit: broken at blanks, in long words after `.`, `_`, `/`, `,` or `(`; the last is cut if needed. */
export const wrapText = (text: string, { width, lines, font }: Wrapping): string[] => {
  const fits = (part: string): boolean => widthOf(part.trimEnd(), font) <= width
  const pieces = text.split(/(?<=\s)/).flatMap((word) => (fits(word) ? [word] : word.split(/(?<=[./_(,])/)))
  const wrapped: string[] = []
  let line = ''
  for (const piece of pieces) {
    if (line !== '' && !fits(line + piece) && wrapped.length < lines - 1) {
      wrapped.push(line)
      line = ''
    }
    line += piece
  }
  return [...wrapped, line].map((part) => cutText(part.trim(), width, font)).filter((part) => part !== '')
}
