/** A preset as a call needs it at run time: the part of the input that is always given, and who has to agree. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import type { SecretPlace } from '../../core/secret-place.ts'
import type { Preset, ValueNode } from '../document.ts'
import { compileExpression, compileValue } from '../expression/compile-expression.ts'
import { findSecretPlaces } from '../expression/secret-places.ts'
import type { Places } from '../lower/exit.ts'
import type { MachineContext } from '../machine-context.ts'
import { createBindings } from './bindings.ts'

export interface PresetCall {
  name: string
  /** What the preset gives wins: a model can't write over it. @throws Fault `expression_failed` */
  complete(input: JsonValue, context: MachineContext): JsonValue
  /** Whether a person has to agree to a call with this input. @throws Fault `expression_failed` */
  needsApproval(input: JsonValue, context: MachineContext): boolean
}

export const linkPreset = (name: string, { with: given, approval }: Preset, places: Places): PresetCall => {
  const bindings = createBindings({ scopes: [], chain: [] }, places)
  const evaluate = given === undefined ? () => ({}) : compileValue(given, bindings)
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

/** The fields of the input that a preset gives; none where one expression makes the whole of it. */
const givenFields = ({ with: given }: Preset): string[] =>
  given?.kind === 'map' ? given.entries.map(({ key }) => key.value) : []

/** The schema of what is left to give. */
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

/** Places of secrets in the input of a call. What a preset gives wins over what the call gives, its secrets too. */
export const secretPlacesOf = (input: ValueNode | undefined, preset?: Preset): SecretPlace[] => {
  const given = preset?.with === undefined ? [] : findSecretPlaces(preset.with)
  const names = new Set(preset === undefined ? [] : givenFields(preset))
  const own = input === undefined ? [] : findSecretPlaces(input)
  return [...own.filter(({ path }) => !names.has(String(path[0]))), ...given]
}
