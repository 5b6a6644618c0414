/** The shape of a type: the shorthand of the language, or JSON Schema. */
import type { JsonSchema } from '../../core/json-schema.ts'
import { readInputType, readType } from '../read/type-shorthand.ts'
import { findEntry, type YamlNode } from '../read/yaml-node.ts'
import type { Range } from '../source.ts'
import type { Located } from '../value-node.ts'
import { type Definitions, reportMismatch, type Shape, type ShapePlace } from './shape.ts'

/** A type that stands in the file. */
export interface FieldedType extends Located<JsonSchema> {
  /** Range of the name of one of its fields. A function, so that it is no part of the document's hash. */
  rangeOf(field: string): Range | undefined
}

const TYPE_DOC =
  'string, number, integer, boolean, any, blob; [type]; { field: type, optional_field?: type }; { enum: […] }; a | b; or JSON Schema.'

/** A type anywhere: `returns`, `form`. */
export const type: Shape<FieldedType> = {
  expected: 'a type',
  read: (node, place) => toLocated(readType(node, place.subject, place.reading.diagnostics), node, place),
  toJsonSchema: (definitions) => referToType(definitions),
}

/** The workflow's `input`: a map of fields. */
export const inputType: Shape<FieldedType> = {
  expected: 'a map from field names to types',
  read(node, place) {
    if (node.kind !== 'map') return reportMismatch(node, place, { expected: inputType.expected })
    return toLocated(readInputType(node, place.subject, place.reading.diagnostics), node, place)
  },
  toJsonSchema: (definitions) => ({ type: 'object', additionalProperties: referToType(definitions) }),
}

const toLocated = (schema: JsonSchema | undefined, node: YamlNode, place: ShapePlace): FieldedType | undefined => {
  if (node.kind === 'oddity') return reportMismatch(node, place, { expected: 'a type' })
  return schema === undefined
    ? undefined
    : { value: schema, range: node.range, rangeOf: (field) => rangeOf(node, field) }
}

/** Fields stand in the shorthand, or below `properties` of a JSON Schema. */
const rangeOf = (node: YamlNode, field: string): Range | undefined => {
  if (node.kind !== 'map') return undefined
  const properties = findEntry(node, 'properties')?.value
  const maps = properties?.kind === 'map' ? [properties, node] : [node]
  const keys = maps.flatMap(({ entries }) => entries.map(({ key }) => key))
  return keys.find(({ value }) => value === field || value === `${field}?`)?.range
}

const referToType = (definitions: Definitions): JsonSchema =>
  definitions.refer('type', () => ({
    description: TYPE_DOC,
    anyOf: [
      {
        type: 'string',
        examples: ['string', 'number', 'integer', 'boolean', 'any', 'blob', 'string | null', '[string]'],
      },
      { type: 'array', items: { $ref: '#/$defs/type' }, minItems: 1, maxItems: 1 },
      { type: 'object' },
      { type: 'null' },
    ],
  }))
