import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { cutText, widthOf, wrapText } from '../../src/chart/text-width.ts'

const FONT = { size: 10 }

const textWidth = suite('text width')

for (const [text, width] of [
  ['', 0],
  ['i', 2.22],
  ['Hello', 22.78],
  ['≥ 漢', 18.27],
  ['e\u0301', 5.56],
] as const)
  textWidth(`'${text}' is ${width} px wide at 10 px`, () => {
    assert.is(Math.round(widthOf(text, FONT) * 100) / 100, width)
  })

textWidth('bold text is wider', () => {
  assert.ok(widthOf('Hello', { ...FONT, bold: true }) > widthOf('Hello', FONT))
})

textWidth('what does not fit ends with an ellipsis, and fits', () => {
  const cut = cutText('a text that is too long', 50, FONT)
  assert.is(cut, 'a text th…')
  assert.ok(widthOf(cut, FONT) <= 50)
})

textWidth('lines break at blanks', () => {
  assert.equal(wrapText('steps.review.output.ok || iter.count >= 3', { width: 120, lines: 3, font: FONT }), [
    'steps.review.output.ok ||',
    'iter.count >= 3',
  ])
})

textWidth('a word that is longer than a line breaks behind a dot', () => {
  assert.equal(wrapText('steps.review.output.something', { width: 80, lines: 3, font: FONT }), [
    'steps.review.',
    'output.something',
  ])
})

textWidth('the last line is cut', () => {
  assert.equal(wrapText('one two three four five', { width: 40, lines: 2, font: FONT }), ['one two', 'three f…'])
})

textWidth.run()
