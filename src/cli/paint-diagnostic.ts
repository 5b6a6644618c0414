import type { Paint } from './paint.ts'

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
