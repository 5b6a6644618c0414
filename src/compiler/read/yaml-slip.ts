/**
 * YAML slips: an expression that YAML reads as something else because it lacks quotes. Some are syntax errors
 * (`a ? b : c`), others raise no error: `when: !done` is a tag on an empty text, ` #` begins a comment, a comma in `{ }`
 * ends the value. Slips are found in the text of the line, by the quotes and brackets of the expression itself. The hint
 * is the corrected line.
 */
import { type Correction, correctLine } from '../correction.ts'
import type { Diagnostics } from '../diagnostic.ts'
import { lineText, type Range, type Source, toPosition } from '../source.ts'
import type { YamlNode } from './yaml-node.ts'

export interface SlipPlace {
  /** Names the value in messages: its key, in most cases. */
  subject: string
  /** Where the value begins, tags and anchors included. */
  start: number
  /** Inside `{ }` or `[ ]`. */
  inFlow: boolean
}

/** Reports a slip at an expression; returns where the expression really ends, or undefined when there is no slip. */
export const reportSlip = (node: YamlNode, place: SlipPlace, diagnostics: Diagnostics): number | undefined => {
  if (node.aliased || (node.kind === 'scalar' && node.style !== 'plain')) return undefined
  const { source } = diagnostics
  const start = findTextStart(node, place.start, source.text)
  const { end } = measureExpression(source.text, start, place.inFlow)
  if (node.kind === 'scalar' && isReadWhole(node.range, { start, end }, source.text)) return undefined
  if (end <= start || ((node.kind === 'list' || node.kind === 'map') && !node.flow)) return undefined
  const reading = nameReading(node, source.text.slice(start, end))
  addSlip({ start, end }, { reading, subject: place.subject }, diagnostics)
  return end
}

/** The slip that explains a syntax error at `offset`: undefined when no value of an expression on that line needs quotes. */
export const reportSlipAt = (offset: number, diagnostics: Diagnostics): boolean => {
  const value = findBareValue(offset, diagnostics.source)
  if (value === undefined || !value.isExpression) return false
  const text = diagnostics.source.text.slice(value.start, value.end)
  addSlip(value, { reading: nameUnparsed(text), subject: value.key }, diagnostics)
  return true
}

/** Finds a ` #` inside an expression on the line before: it ended the value there, so that the next line fits nowhere. */
export const reportCommentSlipBefore = (offset: number, diagnostics: Diagnostics): boolean => {
  const { source } = diagnostics
  const lineStart = source.lineStarts[toPosition(source, offset).line - 1] ?? 0
  const value = lineStart === 0 ? undefined : findBareValue(lineStart - 1, source)
  if (value?.isExpression !== true || !/\s#/.test(source.text.slice(value.start, value.end))) return false
  addSlip(value, { reading: "only up to the ' #'", subject: value.key, end: endOfRest(value, source) }, diagnostics)
  return true
}

/** The end of the lines below that are indented deeper than the line of the value: they go on with it. */
const endOfRest = ({ start, end }: Range, source: Source): number => {
  const { line } = toPosition(source, start)
  const indent = indentOf(lineText(source, line))
  let last = end
  for (let next = line + 1; next <= source.lineStarts.length; next++) {
    const text = lineText(source, next)
    if (text.trim() === '' || indentOf(text) <= indent) break
    last = (source.lineStarts[next - 1] ?? last) + text.trimEnd().length
  }
  return last
}

const indentOf = (line: string): number => line.search(/\S|$/)

export interface BareValue extends Range {
  key: string
  isExpression: boolean
}

const EXPRESSION_KEYS = new Set('when until while foreach yields key show dedupe match reply'.split(' '))
const KEY_AND_COLON = /(?<=^|[\s{,[])["']?([A-Za-z_][\w-]*\??)["']?:[ \t]+(?=\S)/g
const EXPRESSION_SIGNS = /\b(?:steps|input|iter|event|error|run|env|item)\s*\.|[=!<>]=|&&|\|\||\?\s[^:]*:/

/** The value on the line at `offset`, nearest before it, that can't stand without quotes. */
export const findBareValue = (offset: number, source: Source): BareValue | undefined => {
  const { line } = toPosition(source, offset)
  const lineStart = source.lineStarts[line - 1] ?? 0
  const text = lineText(source, line)
  for (const match of [...text.matchAll(KEY_AND_COLON)].reverse()) {
    const [all, key = ''] = match
    const start = lineStart + match.index + all.length
    const inFlow = isInFlow(text.slice(0, match.index))
    const { end, balanced } = measureExpression(source.text, start, inFlow)
    const value = source.text.slice(start, end)
    if (start > offset || !balanced || isSafeWithoutQuotes(value, inFlow)) continue
    const isExpression = EXPRESSION_KEYS.has(key) || (EXPRESSION_SIGNS.test(value) && !value.includes('${'))
    return { key, start, end, isExpression }
  }
  return undefined
}

/** The line of `range` with that part in quotes, without its indentation. */
export const quoteInLine = (range: Range, source: Source): Correction =>
  correctLine(range, quote(toExpression(source.text.slice(range.start, range.end))), source)

/** One line, without the sign of an alias or anchor, braces around a path, and quotes around a text with `${ }` that has others inside. */
const toExpression = (text: string): string =>
  text
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/^[*&](?=\w)/, '')
    .replace(/^\{+\s*([\w.[\]]+)\s*\}+$/, '$1')
    .replace(/^"([^"]*\$\{.*)"$/, '$1')

const quote = (value: string): string => (/["\\]/.test(value) ? `'${value.replaceAll("'", "''")}'` : `"${value}"`)

interface Slip {
  /** The value that YAML makes of it: `as a tag`. */
  reading: string
  subject: string
  /** The end of the expression, where it goes on behind the range. */
  end?: number
}

const addSlip = (range: Range, { reading, subject, end = range.end }: Slip, diagnostics: Diagnostics): void => {
  const got = diagnostics.source.text.slice(range.start, range.end)
  const message = `'${subject}' is an expression that YAML reads ${reading}: expected it in quotes, got ${got}`
  diagnostics.error('yaml_slip', range, message, quoteInLine({ start: range.start, end }, diagnostics.source))
}

/** Start of the value: on the next line if only blanks follow the colon, and behind an intended anchor or tag. */
const findTextStart = (node: YamlNode, start: number, text: string): number => {
  const isOnNextLine = /^[ \t]*(?:#|\r?\n|$)/.test(text.slice(start, start + 200))
  const from = isOnNextLine ? node.range.start : start
  const [props = ''] = /^(?:&[\w-]+|!!\w+)[ \t]+(?=[\w"'(])/.exec(text.slice(from, from + 200)) ?? []
  return from + props.length
}

/** Compares only the first line of an expression on several lines: YAML joins the rest. */
const isReadWhole = (read: Range, meant: Range, text: string): boolean => {
  if (read.start !== meant.start) return read.start === read.end && meant.end <= meant.start
  const [firstLine = ''] = text.slice(read.start, read.end).split('\n', 1)
  return firstLine.trimEnd() === text.slice(meant.start, meant.end)
}

/**
 * Where the expression that begins at `start` ends on its line: before a comment, or in a flow collection before a comma
 * or bracket, that stands outside its own quotes and brackets. Blanks at the end are left out.
 */
const measureExpression = (text: string, start: number, inFlow: boolean): { end: number; balanced: boolean } => {
  const lineBreak = text.indexOf('\n', start)
  const lineEnd = lineBreak === -1 ? text.length : lineBreak
  const closers: string[] = []
  for (let at = start; at < lineEnd; at++) {
    const char = text.charAt(at)
    if (char === '"' || char === "'") {
      const close = findQuoteEnd(text, at, lineEnd)
      if (close === undefined) return { end: findBareEnd(text, start, lineEnd), balanced: false }
      at = close
    } else if (closers.length === 0 && endsBare(text, at, inFlow))
      return { end: trimEnd(text, start, at), balanced: true }
    else if (char in CLOSERS) closers.push(CLOSERS[char as keyof typeof CLOSERS])
    else if (char === closers.at(-1)) closers.pop()
  }
  const balanced = closers.length === 0
  return { end: balanced ? trimEnd(text, start, lineEnd) : findBareEnd(text, start, lineEnd), balanced }
}

const CLOSERS = { '(': ')', '[': ']', '{': '}' } as const

const endsBare = (text: string, at: number, inFlow: boolean): boolean => {
  const char = text.charAt(at)
  if (char === '#') return at > 0 && /\s/.test(text.charAt(at - 1))
  return inFlow && (char === ',' || char === '}' || char === ']')
}

const findQuoteEnd = (text: string, open: number, lineEnd: number): number | undefined => {
  for (let at = open + 1; at < lineEnd; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === text[open]) return at
  }
  return undefined
}

/** End of an unbalanced expression: at a comment, as YAML reads it. */
const findBareEnd = (text: string, start: number, lineEnd: number): number => {
  const comment = text.slice(start, lineEnd).search(/(?<=\s)#/)
  return trimEnd(text, start, comment === -1 ? lineEnd : start + comment)
}

const trimEnd = (text: string, start: number, end: number): number => start + text.slice(start, end).trimEnd().length

const isInFlow = (before: string): boolean => {
  const bare = before.replace(/"(?:\\.|[^"\\])*"|'[^']*'/g, '')
  return (bare.match(/[[{]/g)?.length ?? 0) > (bare.match(/[\]}]/g)?.length ?? 0)
}

const isSafeWithoutQuotes = (value: string, inFlow: boolean): boolean => {
  if (/^["'](?:[^"'\\]|\\.)*["']$/.test(value) || isCollection(value)) return true
  return !(/^[!*&'"{[%@`|>]|:\s|\s#|:$|^[-?]\s/.test(value) || (inFlow && /[,[\]{}]/.test(value)))
}

const nameReading = (node: YamlNode, meant: string): string => {
  if (node.kind === 'oddity') return node.problem === 'tag' ? 'as a tag' : 'as an alias'
  if (node.kind !== 'scalar') return `as a ${node.kind}`
  if (meant.startsWith('&')) return 'as an anchor'
  return meant.includes('#') ? "only up to the ' #'" : "only up to the ','"
}

const nameUnparsed = (text: string): string => {
  const [first = ''] = text
  if (first === '"' || first === "'") return 'as a quoted text and a rest'
  if (first === '[') return 'as a list and a rest'
  if (first === '{') return 'as a map and a rest'
  if (first === '*') return 'as an alias and a rest'
  if (/\s#/.test(text)) return "only up to the ' #'"
  if (/:\s|:$/.test(text)) return "as a key before the ': '"
  return text.includes(',') ? "only up to the ','" : 'as something else'
}

/** `{ … }` or `[ … ]` as a whole, with keys or items as YAML has them. */
const isCollection = (value: string): boolean => /^\{[^{}]*:\s[^{}]*\}$|^\[[^[\]]*\]$/.test(value)
