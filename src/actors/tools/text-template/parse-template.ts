/**
 * Parses the template language of `text.template`, a small part of Mustache that does not clash with `${ … }`:
 *
 * - `{{ a.b.0 }}` is a value, by names and list indexes; `{{ . }}` is the current item.
 * - `{{# a }}…{{/ a }}` repeats for each item of a list, and appears once for any other value that is not false, null or missing.
 * - `{{^ a }}…{{/ a }}` appears once where `{{# a }}` does not.
 * - `{{! comment }}` is dropped; `\{{` is a literal `{{`.
 *
 * A section tag or comment alone on its line removes the line. Nothing is escaped, as the result is text, not HTML.
 */
import { Fault } from '../../../core/fault.ts'

export type TemplatePart =
  | { kind: 'text'; text: string }
  | { kind: 'value'; path: string[]; line: number }
  | { kind: 'section'; inverted: boolean; path: string[]; line: number; parts: TemplatePart[] }

type Section = Extract<TemplatePart, { kind: 'section' }>

const MAX_DEPTH = 32

interface Tag {
  sign: string
  name: string
  line: number
}

/** @throws Fault `invalid_input` with the line, for a tag that is not closed, not opened, or has no name */
export const parseTemplate = (template: string): TemplatePart[] => {
  const open: Section[] = []
  const root: TemplatePart[] = []
  const add = (part: TemplatePart): unknown => (open.at(-1)?.parts ?? root).push(part)
  for (const piece of cutPieces(template)) {
    if (typeof piece === 'string') {
      if (piece !== '') add({ kind: 'text', text: piece })
    } else if (piece.sign === '/') closeSection(open.pop(), piece)
    else {
      const part = toPart(piece)
      if (part === undefined) continue
      add(part)
      if (part.kind === 'section') open.push(part)
      if (open.length > MAX_DEPTH) throw wrong(piece.line, `sections are nested deeper than ${MAX_DEPTH}`)
    }
  }
  const left = open.at(-1)
  if (left !== undefined) throw wrong(left.line, `the section '${left.path.join('.')}' is not closed`)
  return root
}

const wrong = (line: number, problem: string): Fault =>
  new Fault('invalid_input', `'template' line ${line}: ${problem}`, { details: { line } })

const toPart = ({ sign, name, line }: Tag): TemplatePart | undefined => {
  const path = name === '.' ? [] : name.split('.')
  if (sign === '!') return undefined
  if (path.some((part) => part.trim() === '' || /[{}\s]/.test(part)))
    throw wrong(line, `'{{${sign}${name}}}' is not a path: expected names with dots between, such as {{ ticket.id }}`)
  if (sign === '') return { kind: 'value', path, line }
  return { kind: 'section', inverted: sign === '^', path, line, parts: [] }
}

const closeSection = (section: Section | undefined, { name, line }: Tag): void => {
  const opened = section === undefined ? undefined : section.path.join('.') || '.'
  if (opened === undefined) throw wrong(line, `'{{/${name}}}' closes a section that is not open`)
  if (opened !== name) throw wrong(line, `'{{/${name}}}' closes the wrong section: expected {{/${opened}}}`)
}

/** Splits into texts and tags in turn. Each search starts where the last ended, so the work grows with the text's length. */
const cutPieces = (template: string): (string | Tag)[] => {
  const pieces: (string | Tag)[] = []
  let line = 1
  let text = ''
  for (let at = 0; at < template.length; ) {
    const start = template.indexOf('{{', at)
    if (start === -1) {
      text += template.slice(at)
      break
    }
    const before = template.slice(at, start)
    line += countLines(before)
    if (before.endsWith('\\')) {
      text += `${before.slice(0, -1)}{{`
      at = start + 2
      continue
    }
    const end = template.indexOf('}}', start)
    if (end === -1) throw wrong(line, "'{{' is not closed: expected }}, or \\{{ for the characters themselves")
    const inside = template.slice(start + 2, end).trim()
    const sign = /^[#^/!]/.exec(inside)?.[0] ?? ''
    const alone = sign === '' ? undefined : findLineOfItsOwn(template, { start, end: end + 2 })
    text += alone === undefined ? before : before.slice(0, before.length - alone.indent)
    pieces.push(text, { sign, name: inside.slice(sign.length).trim(), line })
    text = ''
    line += countLines(template.slice(start, alone?.next ?? end))
    at = alone?.next ?? end + 2
  }
  pieces.push(text)
  return pieces
}

const countLines = (text: string): number => text.split('\n').length - 1

/** Finds the blanks before a tag that has a line to itself, and the start of the next line. */
const findLineOfItsOwn = (
  template: string,
  { start, end }: { start: number; end: number },
): { indent: number; next: number } | undefined => {
  let first = start
  while (template[first - 1] === ' ' || template[first - 1] === '\t') first--
  let next = end
  while (template[next] === ' ' || template[next] === '\t' || template[next] === '\r') next++
  const beginsLine = first === 0 || template[first - 1] === '\n'
  const endsLine = next === template.length || template[next] === '\n'
  return beginsLine && endsLine ? { indent: start - first, next: Math.min(next + 1, template.length) } : undefined
}
