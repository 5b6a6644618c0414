/** Shapes of lists and of maps with free keys. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { toJsonValue, type YamlNode } from '../read/yaml-node.ts'
import type { Located } from '../value-node.ts'
import { isInSlip, reportMismatch, type Shape, type ShapePlace } from './shape.ts'

interface CollectionOptions {
  expected?: string
  /** Default 0. */
  minimum?: number
}

/** Leaves out items that don't fit, so that the others can be judged. */
export const listOf = <T>(item: Shape<T>, options: CollectionOptions = {}): Shape<T[]> => {
  const { expected = `a list, each item ${item.expected}`, minimum = 0 } = options
  return {
    expected,
    read(node, place) {
      if (node.kind !== 'list') return reportMismatch(node, place, { expected })
      if (node.items.length < minimum) return reportMismatch(node, place, { expected, problem: 'is empty' })
      const read: T[] = []
      for (const [index, itemNode] of node.items.entries()) {
        const value = readItem(item, itemNode, { ...place, subject: `${place.subject}[${index}]`, inFlow: node.flow })
        if (value !== undefined) read.push(value)
      }
      return read
    },
    toJsonSchema: (definitions) => ({
      type: 'array',
      items: item.toJsonSchema(definitions),
      ...(minimum === 0 ? {} : { minItems: minimum }),
    }),
  }
}

const readItem = <T>(item: Shape<T>, node: YamlNode, place: ShapePlace): T | undefined =>
  isInSlip(node, place) ? undefined : item.read(node, { ...place, start: node.range.start })

export interface MapEntry<T> {
  key: Located<string>
  value: T
  /** The value's place. */
  node: YamlNode
}

/** Leaves out entries whose values don't fit. `key` judges the keys; a key that doesn't fit is reported and kept. */
export const mapOf = <T>(
  key: Shape<Located<string>>,
  value: Shape<T>,
  options: CollectionOptions = {},
): Shape<MapEntry<T>[]> => {
  const { expected = `a map from ${key.expected} to ${value.expected}`, minimum = 0 } = options
  return {
    expected,
    read(node, place) {
      if (node.kind !== 'map') return reportMismatch(node, place, { expected })
      if (node.entries.length < minimum) return reportMismatch(node, place, { expected, problem: 'is empty' })
      const read: MapEntry<T>[] = []
      for (const entry of node.entries) {
        if (isInSlip(entry.key, place)) continue
        const subject = entry.key.value
        const keyNode: YamlNode = {
          kind: 'scalar',
          value: subject,
          style: 'plain',
          range: entry.key.range,
          size: 1,
          depth: 1,
        }
        key.read(keyNode, { ...place, subject })
        const start = entry.valueStart ?? entry.value.range.start
        const content = value.read(entry.value, { ...place, subject, start, inFlow: node.flow })
        if (content !== undefined) read.push({ key: entry.key, value: content, node: entry.value })
      }
      return read
    },
    toJsonSchema: (definitions) => {
      const { pattern } = key.toJsonSchema(definitions)
      const values = value.toJsonSchema(definitions)
      return {
        type: 'object',
        ...(typeof pattern === 'string' ? { propertyNames: { pattern } } : {}),
        additionalProperties: values,
        ...(minimum === 0 ? {} : { minProperties: minimum }),
      }
    },
  }
}

/** For `mapped`: the entries by key. */
export const toMap = <T>(entries: MapEntry<T>[]): Map<string, T> =>
  new Map(entries.map(({ key, value }) => [key.value, value]))

/** The plain JSON of a value that has the right shape. */
export const plainJson = (shape: Shape<unknown>): Shape<Located<JsonValue>> => ({
  expected: shape.expected,
  read(node, place) {
    return shape.read(node, place) === undefined ? undefined : { value: toJsonValue(node), range: node.range }
  },
  toJsonSchema: (definitions) => shape.toJsonSchema(definitions),
})

/** A map of any JSON, without expressions. */
export const jsonMap: Shape<JsonObject> = {
  expected: 'a map',
  read(node, place) {
    const value = node.kind === 'map' ? toJsonValue(node) : undefined
    return isJsonObject(value) ? value : reportMismatch(node, place, { expected: 'a map' })
  },
  toJsonSchema: () => ({ type: 'object' }),
}
