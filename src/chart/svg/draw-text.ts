import type { TextLine } from '../measure-box.ts'
import { element, escapeXml } from './xml.ts'

/** Draws a line of text, stretched to its measured width, whatever font the viewer has. */
export const drawText = (
  { role, text, x, y, width }: TextLine,
  { at = { x: 0, y: 0 }, style = '' }: { at?: { x: number; y: number }; style?: string } = {},
): string =>
  element(
    'text',
    {
      class: style === '' ? role : `${role} ${style}`,
      x: at.x + x,
      y: at.y + y,
      textLength: width,
      lengthAdjust: 'spacingAndGlyphs',
    },
    escapeXml(text),
  )
