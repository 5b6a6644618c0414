/** Expressions and values of the document, read from YAML scalars. CEL itself is parsed later. */

import type { Diagnostics } from '../diagnostic.ts'
import { splitTemplate } from '../expression/interpolation.ts'
import type { ExpressionText, ValueNode } from '../value-node.ts'
import { createOffsetMap } from './scalar-offsets.ts'
import type { YamlScalar } from './yaml-node.ts'

/** A key that is always an expression: its text bare, or with `${ }` around the whole; a number or boolean is itself. */
export const toBareExpression = (node: YamlScalar, source: string): ExpressionText => {
  const value = node.value
  if (typeof value !== 'string')
    return createText(JSON.stringify(value), 0, { toValueOffset: createOffsetMap(node, source), style: node.style })
  const scalar = { toValueOffset: createOffsetMap(node, source), style: node.style }
  const split = value.trimStart().startsWith('${') ? splitTemplate(value.trim()) : undefined
  const [whole, ...rest] = split !== undefined && 'parts' in split ? split.parts : []
  const shift = value.length - value.trimStart().length
  if (typeof whole === 'object' && rest.length === 0) return createText(whole.text, whole.start + shift, scalar)
  return createText(value, 0, scalar)
}

/** Text that may hold `${ CEL }`. An unclosed `${` is reported, and the text is then a literal. */
export const toTemplate = (node: YamlScalar, subject: string, diagnostics: Diagnostics): ValueNode => {
  const { range, value } = node
  if (typeof value !== 'string' || !value.includes('${')) return { kind: 'literal', value, range }
  const toOffset = createOffsetMap(node, diagnostics.source.text)
  const split = splitTemplate(value)
  if ('error' in split) {
    const start = toOffset(split.index)
    const hint = 'close it with }, or write $${ where the text itself is meant'
    const message = `'${subject}' is no whole template: ${split.error}`
    diagnostics.error('bad_template', { start, end: start + 2 }, message, hint)
    return { kind: 'literal', value, range }
  }
  const parts = split.parts.map((part) =>
    typeof part === 'string' ? part : createText(part.text, part.start, { toValueOffset: toOffset, style: node.style }),
  )
  const [first, ...rest] = parts
  if (typeof first === 'object' && rest.length === 0) return { kind: 'expression', expression: first, range }
  if (parts.every((part) => typeof part === 'string')) return { kind: 'literal', value: parts.join(''), range }
  return { kind: 'template', parts, range }
}

/** Replaces an expression that could not be read, so that its surroundings are still checked: its type is `any`. */
export const createUnknownExpression = (start: number): ExpressionText => ({
  text: "parse_json('null')",
  range: { start, end: start },
  toOffset: () => start,
})

/** Trims the text; `shift` is its offset in the scalar's value. */
const createText = (
  text: string,
  shift: number,
  { toValueOffset, style }: { toValueOffset: (index: number) => number; style: YamlScalar['style'] },
): ExpressionText => {
  const trimmed = text.trim()
  const from = shift + text.length - text.trimStart().length
  const toOffset = (index: number): number => toValueOffset(from + Math.min(index, trimmed.length))
  // In double quotes YAML has these characters as two.
  const width = style === 'double' && /["\\]$/.test(trimmed) ? 2 : 1
  const last = trimmed.length === 0 ? toOffset(0) : toOffset(trimmed.length - 1) + width
  return { text: trimmed, range: { start: toOffset(0), end: last }, toOffset, styleOf: () => style }
}
