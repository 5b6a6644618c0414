/**
 * Colours, or none.
 *
 * Painted text holds marks, which the writer of a channel turns into escape sequences. It turns no other character into one, so that an
 * escape character in a text is always foreign.
 */

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] } as const

/** Codes by their marks. U+FDD0 to U+FDEF are no characters, and free for the use of a program. */
const BY_MARK = new Map([...new Set(Object.values(CODES).flat())].map((code, index) => [toMark(index), code]))

function toMark(index: number): string {
  return String.fromCharCode(0xfdd0 + index)
}

const markOf = (wanted: number): string => [...BY_MARK].find(([, code]) => code === wanted)?.[0] ?? ''

/** Turns marks into the escape sequences of colours. */
export const toColors = (text: string): string =>
  text.replaceAll(/[\ufdd0-\ufdef]/g, (mark) => (BY_MARK.has(mark) ? `\x1b[${BY_MARK.get(mark)}m` : ''))

export type Paint = Readonly<Record<keyof typeof CODES, (text: string) => string>>

export const createPaint = (hasColor: boolean): Paint =>
  Object.fromEntries(
    Object.entries(CODES).map(([name, [open, close]]) => {
      const [begin, end] = [markOf(open), markOf(close)]
      return [name, hasColor ? (text: string) => (text === '' ? '' : begin + text + end) : (text: string) => text]
    }),
  ) as unknown as Paint

/** Decides by the flag, NO_COLOR (https://no-color.org), FORCE_COLOR, and the kind of the stream, in this order. */
export const wantsColor = (
  { isTerminal, flag }: { isTerminal: boolean; flag: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): boolean => {
  if (!flag || environment.NO_COLOR) return false
  const force = environment.FORCE_COLOR
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  return isTerminal && environment.TERM !== 'dumb'
}

/** Colours the text of a formatted diagnostic: its place, its severity, carets and hint. */
export const paintDiagnostic = (text: string, paint: Paint): string =>
  text
    .split('\n')
    .map((line, index) => (index === 0 ? paintHead(line, paint) : paintRest(line, paint)))
    .join('\n')

const paintHead = (line: string, paint: Paint): string =>
  line.replace(
    /^(.*?:\d+:\d+): (error|warning)(\[\w+\]): /,
    (_, place: string, severity: string, code: string) =>
      `${paint.bold(place)}: ${severity === 'error' ? paint.red(severity + code) : paint.yellow(severity + code)}: `,
  )

const paintRest = (line: string, paint: Paint): string => {
  if (line.startsWith('  hint: ')) return `  ${paint.cyan('hint:')}${line.slice(7)}`
  const [, gutter, carets] = /^(\s*\d* \|)(\s*\^+\s*)$/.exec(line) ?? []
  if (gutter !== undefined && carets !== undefined) return paint.dim(gutter) + paint.red(carets)
  return line.replace(/^(\s*\d* \|)/, (found) => paint.dim(found))
}
