import type { Chart } from './chart.ts'
import { FONTS, type TextLine } from './measure-box.ts'
import { cutText, type Font, widthOf, wrapText } from './text-width.ts'

export interface Heading {
  width: number
  height: number
  lines: TextLine[]
}

export const HEADING_FONT: Font = { size: 18, bold: true }

const MARGIN = 24
const WIDEST = 420
const TITLE_LINE = 24
const LINE = 17

/** Places the name of the workflow and its description, at the upper left. */
export const placeHeading = ({ title, description }: Chart): Heading => {
  const name = cutText(title, WIDEST, HEADING_FONT)
  const texts = description === '' ? [] : wrapText(description, { width: WIDEST, lines: 3, font: FONTS.detail })
  const lines: TextLine[] = [
    { role: 'title', text: name, x: MARGIN, y: MARGIN + 16, width: widthOf(name, HEADING_FONT) },
    ...texts.map((text, index): TextLine => {
      const y = MARGIN + TITLE_LINE + LINE * (index + 1) - 4
      return { role: 'detail', text, x: MARGIN, y, width: widthOf(text, FONTS.detail) }
    }),
  ]
  const width = Math.max(...lines.map((line) => line.width)) + 2 * MARGIN
  return { width, height: MARGIN + TITLE_LINE + LINE * texts.length, lines }
}
