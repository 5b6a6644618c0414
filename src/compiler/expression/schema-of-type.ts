import type { JsonSchema } from '../../core/json-schema.ts'
import { membersOf, type Type } from './type.ts'

/** A JSON Schema that the values of a type fit: for types that no schema stands behind, such as the output of a child. */
export const schemaOfType = (type: Type): JsonSchema => {
  switch (type.kind) {
    case 'null':
    case 'boolean':
    case 'number':
    case 'string':
      return { type: type.kind }
    case 'literal':
      return { const: type.value }
    case 'list':
      return { type: 'array', items: schemaOfType(type.item) }
    case 'optional':
      return schemaOfType(type.value)
    case 'union':
      return { anyOf: membersOf(type).map(schemaOfType) }
    case 'object':
      return {
        type: 'object',
        properties: Object.fromEntries([...type.fields].map(([name, field]) => [name, schemaOfType(field.type)])),
        required: [...type.fields].filter(([, { optional }]) => !optional).map(([name]) => name),
        additionalProperties: type.rest === undefined ? false : schemaOfType(type.rest),
      }
    default:
      return {}
  }
}
