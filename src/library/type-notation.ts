/** Reads types of the language (docs/language.md, Types) that are written as JavaScript values: `'string'`, `{ id: 'string' }`. */
import { Diagnostics } from '../compiler/diagnostic.ts'
import { readType } from '../compiler/read/type-shorthand.ts'
import type { YamlNode } from '../compiler/read/yaml-node.ts'
import { createSource, type Range } from '../compiler/source.ts'
import { Fault } from '../core/fault.ts'
import type { JsonSchema } from '../core/json-schema.ts'

/** The shorthand of the language, or JSON Schema 2020-12: `'string'`, `['number']`, `{ id: 'string', 'note?': 'string | null' }`. */
export type TypeNotation = string | readonly [TypeNotation] | Readonly<Record<string, unknown>>

/** Converts a type to JSON Schema. @param subject Name of the type in messages. @throws Fault `invalid_input` for a wrong type */
export const toJsonSchema = (notation: TypeNotation, subject: string): JsonSchema => {
  const diagnostics = new Diagnostics(createSource(subject, ''))
  const schema = readType(toNode(notation), subject, diagnostics)
  const [finding] = diagnostics.toList().filter(({ severity }) => severity === 'error')
  if (finding === undefined && schema !== undefined) return schema
  const hint = finding?.hint == null ? '' : `\n${finding.hint}`
  throw new Fault('invalid_input', `${finding?.message ?? `'${subject}' is not a type`}${hint}`)
}

/** The type has no position in a text. The range is not empty, as an empty one would mean a missing value. */
const RANGE: Range = { start: 0, end: 1 }

const toNode = (value: unknown): YamlNode => {
  if (Array.isArray(value)) {
    const items = value.map(toNode)
    return { kind: 'list', items, flow: true, ...measure(items) }
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => ({
      key: { value: key, range: RANGE },
      value: toNode(item),
      valueStart: 0,
    }))
    return { kind: 'map', entries, flow: true, ...measure(entries.map((entry) => entry.value)) }
  }
  const isPlain = value === null || ['string', 'number', 'boolean'].includes(typeof value)
  const plain = isPlain ? (value as string | number | boolean | null) : String(value)
  return { kind: 'scalar', value: plain, style: 'plain', ...measure([]) }
}

const measure = (children: readonly YamlNode[]): { range: Range; size: number; depth: number } => ({
  range: RANGE,
  size: children.reduce((sum, { size }) => sum + size, 1),
  depth: children.reduce((most, { depth }) => Math.max(most, depth), 0) + 1,
})
