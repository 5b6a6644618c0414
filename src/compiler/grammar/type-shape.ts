/** The shape of a type: the shorthand of the language, or JSON Schema. */
import type { JsonSchema } from '../../core/json-schema.ts'
import { readInputType, readType } from '../read/type-shorthand.ts'
import type { YamlNode } from '../read/yaml-node.ts'
import type { Located } from '../value-node.ts'
import { type Definitions, reportMismatch, type Shape, type ShapePlace } from './shape.ts'

const TYPE_DOC =
  'string, number, integer, boolean, any, blob; [type]; { field: type, optional_field?: type }; { enum: […] }; a | b; or JSON Schema.'

/** A type anywhere: `returns`, `form`. */
export const type: Shape<Located<JsonSchema>> = {
  expected: 'a type',
  read: (node, place) => toLocated(readType(node, place.subject, place.reading.diagnostics), node, place),
  toJsonSchema: (definitions) => referToType(definitions),
}

/** The workflow's `input`: a map of fields. */
export const inputType: Shape<Located<JsonSchema>> = {
  expected: 'a map from field names to types',
  read(node, place) {
    if (node.kind !== 'map') return reportMismatch(node, place, { expected: inputType.expected })
    return toLocated(readInputType(node, place.subject, place.reading.diagnostics), node, place)
  },
  toJsonSchema: (definitions) => ({ type: 'object', additionalProperties: referToType(definitions) }),
}

const toLocated = (
  schema: JsonSchema | undefined,
  node: YamlNode,
  place: ShapePlace,
): Located<JsonSchema> | undefined => {
  if (node.kind === 'oddity') return reportMismatch(node, place, { expected: 'a type' })
  return schema === undefined ? undefined : { value: schema, range: node.range }
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
