import type { Actor } from '../../../core/actor.ts'
import { Fault } from '../../../core/fault.ts'
import { isJsonObject, type JsonValue } from '../../../core/json.ts'
import { findNearest } from '../../../core/nearest.ts'
import { formatSize } from '../../../core/size.ts'
import { defineTool } from '../define-tool.ts'
import { parseTemplate, type TemplatePart } from './parse-template.ts'
import { TEXT_TEMPLATE } from './text-template-description.ts'

/** Nested sections multiply, so the written text and the visited parts are both bounded. */
const MAX_LENGTH = 5 * 1024 ** 2
const MAX_VISITS = 1_000_000

type TemplateInput = { template: string; data: JsonValue }

interface Rendering {
  /** The data, and the item of each open section. A name is sought from the last to the first. */
  scopes: JsonValue[]
  pieces: string[]
  length: number
  visits: number
}

export const createTemplateTool = (): Actor =>
  defineTool(TEXT_TEMPLATE, async ({ template, data }: TemplateInput) => {
    const rendering: Rendering = { scopes: [data], pieces: [], length: 0, visits: 0 }
    renderParts(parseTemplate(template), rendering)
    return { text: rendering.pieces.join('') }
  })

const renderParts = (parts: TemplatePart[], rendering: Rendering): void => {
  for (const part of parts) {
    if (++rendering.visits > MAX_VISITS)
      throw new Fault('too_large', `the template repeats more than ${MAX_VISITS} parts`)
    if (part.kind === 'text') write(part.text, rendering)
    else if (part.kind === 'value') write(toText(part, rendering), rendering)
    else renderSection(part, rendering)
  }
}

const renderSection = (part: Extract<TemplatePart, { kind: 'section' }>, rendering: Rendering): void => {
  const found = lookUp(part.path, rendering.scopes)
  const isNothing = found === undefined || found === null || found === false
  const items = isNothing ? [] : Array.isArray(found) ? found : [found]
  if (part.inverted) {
    if (items.length === 0) renderParts(part.parts, rendering)
    return
  }
  for (const item of items) {
    rendering.scopes.push(item)
    renderParts(part.parts, rendering)
    rendering.scopes.pop()
  }
}

const write = (text: string, rendering: Rendering): void => {
  rendering.length += text.length
  if (rendering.length > MAX_LENGTH)
    throw new Fault('too_large', `the text is too large: expected at most ${formatSize(MAX_LENGTH)}`)
  rendering.pieces.push(text)
}

/** Writes a value as `${ … }` does: a string unchanged, any other value as JSON. */
const toText = ({ path, line }: { path: string[]; line: number }, { scopes }: Rendering): string => {
  const value = lookUp(path, scopes)
  if (typeof value === 'string') return value
  if (value !== undefined && value !== null) return JSON.stringify(value)
  const name = path.join('.') || '.'
  const what = value === null ? 'is null' : 'is not in the data'
  throw new Fault('invalid_input', `'template' line ${line}: '${name}' ${what}${hint(name, { path, value, scopes })}`, {
    details: { line, path: name },
  })
}

const hint = (
  name: string,
  { path: [first = ''], value, scopes }: { path: string[]; value: null | undefined; scopes: JsonValue[] },
): string => {
  const known = scopes.flatMap((scope) => (isJsonObject(scope) ? Object.keys(scope) : []))
  const nearest = value === undefined ? findNearest(first, known) : undefined
  if (nearest !== undefined && nearest !== first) return `, did you mean '${nearest}'?`
  return `\nwhere it may be missing, write {{# ${name} }}{{ . }}{{/ ${name} }}`
}

/** Seeks the first name in each scope, innermost first, and the others within its value. Without a name, the innermost scope is the value. */
const lookUp = ([first, ...rest]: string[], scopes: JsonValue[]): JsonValue | undefined => {
  if (first === undefined) return scopes.at(-1)
  let found: JsonValue | undefined
  for (let at = scopes.length - 1; at >= 0 && found === undefined; at--) found = getField(scopes[at], first)
  return rest.reduce(getField, found)
}

const getField = (value: JsonValue | undefined, name: string): JsonValue | undefined => {
  if (Array.isArray(value)) return /^\d+$/.test(name) ? value[Number(name)] : undefined
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}
