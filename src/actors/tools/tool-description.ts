import type { ActorDescription } from '../../core/actor.ts'
import type { JsonSchema } from '../../core/json-schema.ts'

/** A built-in tool as the compiler and the catalogue see it, without its code. */
export interface ToolDescription extends ActorDescription {
  /** False: the tool is known by name and schema, and a later release performs it. */
  available: boolean
}

/** Makes the schema of an object with these fields and no others. All are required unless `required` names fewer. */
export const closedObject = (
  properties: Record<string, JsonSchema>,
  required: string[] = Object.keys(properties),
): JsonSchema => ({ type: 'object', properties, required, additionalProperties: false })
