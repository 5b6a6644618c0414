/** A preset at run time: the fixed part of its input, and its approval. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import type { SecretPlace } from '../../core/secret-place.ts'
import type { Preset, ValueNode } from '../document.ts'
import { compileExpression } from '../expression/compile-expression.ts'
import { findSecretPlaces } from '../expression/secret-places.ts'
import type { Places } from '../lower/exit.ts'
import type { MachineContext } from '../machine-context.ts'
import { createBindings } from './bindings.ts'
import { valueOrEmpty } from './entry.ts'

export interface PresetCall {
  name: string
  /** Adds the preset's input, which wins: a model cannot override it. @throws Fault `expression_failed` */
  complete(input: JsonValue, context: MachineContext): JsonValue
  /** True if a person has to approve a call with this input. @throws Fault `expression_failed` */
  needsApproval(input: JsonValue, context: MachineContext): boolean
}

export const linkPreset = (name: string, { with: given, approval }: Preset, places: Places): PresetCall => {
  const bindings = createBindings({ scopes: [], chain: [] }, places)
  const evaluate = valueOrEmpty(given, bindings)
  const isAsked =
    approval !== undefined && 'when' in approval
      ? compileExpression<MachineContext & { with: JsonValue }>(approval.when, {
          root: (root) => (root === 'with' ? (context) => context.with : bindings.root(root)),
          step: () => undefined,
        })
      : () => approval !== undefined
  return {
    name,
    complete: (input, context) => ({ ...asObject(input), ...asObject(evaluate(context)) }),
    needsApproval: (input, context) => isAsked({ ...context, with: input }) === true,
  }
}

const asObject = (value: JsonValue): JsonObject => (isJsonObject(value) ? value : {})

/** Returns the fields of the input that a preset gives; none if one expression gives the whole input. */
const givenFields = ({ with: given }: Preset): string[] =>
  given?.kind === 'map' ? given.entries.map(({ key }) => key.value) : []

/** Returns the schema of the remaining fields. */
export const withoutGiven = (schema: JsonSchema, preset: Preset): JsonSchema => {
  const given = givenFields(preset)
  const { properties, required } = schema
  if (properties === undefined || given.length === 0) return schema
  const left = Object.entries(properties).filter(([field]) => !given.includes(field))
  return {
    ...schema,
    properties: Object.fromEntries(left),
    ...(required === undefined ? {} : { required: required.filter((field) => !given.includes(field)) }),
  }
}

/** Finds the places of secrets in the input of a call. The preset's input wins over the call's, its secrets too. */
export const secretPlacesOf = (input: ValueNode | undefined, preset?: Preset): SecretPlace[] => {
  const given = preset?.with === undefined ? [] : findSecretPlaces(preset.with)
  const names = new Set(preset === undefined ? [] : givenFields(preset))
  const own = input === undefined ? [] : findSecretPlaces(input)
  return [...own.filter(({ path }) => !names.has(String(path[0]))), ...given]
}
