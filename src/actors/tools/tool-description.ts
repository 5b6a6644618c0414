import type { ActorDescription } from '../../core/actor.ts'
import type { JsonSchema } from '../../core/json-schema.ts'

/** A built-in tool as the compiler and a catalogue know it, without its code. */
export interface ToolDescription extends ActorDescription {
  /** False: known by name and schema, but running it comes in a later release. */
  available: boolean
}

/** The schema of an object with these fields and no others; all of them required unless `required` names fewer. */
export const closedObject = (
  properties: Record<string, JsonSchema>,
  required: string[] = Object.keys(properties),
): JsonSchema => ({ type: 'object', properties, required, additionalProperties: false })
