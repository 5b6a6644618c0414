/** Makes foreign text (of models, servers, files) safe for a terminal: without control sequences, and of known width. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern removes them.
const SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_]?)|\x9b[0-?]*[ -/]*[@-~]/g

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds them.
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]/g

/** The same, and the marks of colours (paint.ts), which mean nothing in a foreign text. */
const FOREIGN = new RegExp(`${CONTROLS.source}|[\\ufdd0-\\ufdef]`, 'g')

/** Removes escape sequences, control characters and changes of direction; keeps line breaks and tabs. */
export const toPrintable = (text: string): string => text.replaceAll(SEQUENCES, '').replaceAll(FOREIGN, '')

/** Writes what `toPrintable` removes as escapes such as `\x1b`, so that a reader sees that it is there. */
export const toVisible = (text: string): string => escapeEach(text, FOREIGN)

/** The same for a text that is painted: the marks of colours stay. */
export const toVisiblePainted = (text: string): string => escapeEach(text, CONTROLS)

const escapeEach = (text: string, pattern: RegExp): string =>
  text.replaceAll('\r\n', '\n').replaceAll(pattern, (control) => {
    const code = control.charCodeAt(0)
    return code > 0xff ? toUnicodeEscape(control) : `\\x${code.toString(16).padStart(2, '0')}`
  })

/** The same JSON, with all controls as escapes: `JSON.stringify` escapes only those below the blank. */
export const toVisibleJson = (json: string): string => json.replaceAll(FOREIGN, toUnicodeEscape)

const toUnicodeEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Joins the text to one line with single blanks. */
export const toOneLine = (text: string): string => toPrintable(text).replaceAll(/\s+/g, ' ').trim()

/** Joins the lines of a message with `;`. */
export const joinLines = (text: string): string =>
  toOneLine(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join('; '),
  )

const PLAIN = /^[\x20-\x7e]*$/

const NO_WIDTH = /\p{Mn}|\p{Me}|\p{Cf}|[\ufdd0-\ufdef]/u

/** The main blocks that are two cells wide in terminals: https://www.unicode.org/reports/tr11/ */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]/u

const cellsOf = (character: string): number => (NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1)

/** Cells of a text without control characters. */
export const widthOf = (text: string): number => {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const character of text) width += cellsOf(character)
  return width
}

/** Keeps the beginning that fits, and replaces the rest with `…`. */
export const cutEnd = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text
  return width < 1 ? '' : `${fitting(text, width - 1).join('')}…`
}

/** Keeps the end that fits, and replaces the rest with `…`. */
export const cutStart = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text
  return width < 1
    ? ''
    : `…${fitting([...text].reverse(), width - 1)
        .reverse()
        .join('')}`
}

/** The first characters that fit. */
const fitting = (characters: Iterable<string>, width: number): string[] => {
  const kept: string[] = []
  if (width === 0) return kept
  let used = 0
  for (const character of characters) {
    used += cellsOf(character)
    if (used > width) break
    kept.push(character)
  }
  return kept
}

export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))

export const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text

/** Breaks a text into lines at blanks. A word that is wider than a line has a line of its own: no word is broken. */
export const wrapWords = (text: string, width: number): string[] => {
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
