/** A YAML document as plain data: aliases expanded, keys checked, each part with its range. It has no meaning yet. */
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Range } from '../source.ts'
import type { Located, ValueNode } from '../value-node.ts'

interface NodeBase {
  range: Range
  /** A YAML alias put it here; `range` is that of its anchor. */
  aliased?: true
  /** Number of nodes in it, itself included, with aliases expanded. */
  size: number
  /** Number of levels in it: 1 for a scalar. */
  depth: number
}

export interface YamlScalar extends NodeBase {
  kind: 'scalar'
  value: string | number | boolean | null
  style: 'plain' | 'single' | 'double' | 'block'
}

export interface YamlList extends NodeBase {
  kind: 'list'
  items: YamlNode[]
  /** Written as `[ ]`. */
  flow: boolean
}

export interface YamlEntry {
  key: Located<string>
  value: YamlNode
  /** Where the value begins behind the colon, tags and anchors included; undefined when there is no colon. */
  valueStart: number | undefined
}

export interface YamlMap extends NodeBase {
  kind: 'map'
  entries: YamlEntry[]
  /** Written as `{ }`. */
  flow: boolean
}

/** A node with a tag that is not YAML's own, or an alias without an anchor: often an expression that lacks quotes. */
export interface YamlOddity extends NodeBase {
  kind: 'oddity'
  problem: 'tag' | 'alias'
  /** `!done`, `*done`. */
  text: string
}

export type YamlNode = YamlScalar | YamlList | YamlMap | YamlOddity

export const findEntry = (map: YamlMap, key: string): YamlEntry | undefined =>
  map.entries.find((entry) => entry.key.value === key)

/** Describes a node for the `got VALUE` of a message. */
export const describeNode = (node: YamlNode): string => {
  switch (node.kind) {
    case 'list':
      return node.items.length === 0 ? 'an empty list' : 'a list'
    case 'map':
      return node.entries.length === 0 ? 'an empty map' : 'a map'
    case 'oddity':
      return node.text
    case 'scalar':
      return describeScalar(node.value)
  }
}

const LONGEST_SHOWN = 40

const describeScalar = (value: YamlScalar['value']): string => {
  if (value === null) return 'nothing'
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value)
}

/** Converts to literals only: `${` in a text is text. */
export const toLiteral = (node: YamlNode): ValueNode => {
  const { range } = node
  if (node.kind === 'scalar') return { kind: 'literal', value: node.value, range }
  if (node.kind === 'list') return { kind: 'list', items: node.items.map(toLiteral), range }
  if (node.kind !== 'map') return { kind: 'literal', value: null, range }
  return { kind: 'map', entries: node.entries.map(({ key, value }) => ({ key, value: toLiteral(value) })), range }
}

/** The plain value of a node; an oddity is null. */
export const toJsonValue = (node: YamlNode): JsonValue => {
  switch (node.kind) {
    case 'list':
      return node.items.map(toJsonValue)
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key.value, toJsonValue(value)])) as JsonObject
    case 'oddity':
      return null
    case 'scalar':
      return node.value
  }
}
