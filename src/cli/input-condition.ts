/** Conditions on the input of a run, in the notation of `--input`: `customer.id=42`. */
import { isJsonObject, type JsonValue, toCanonicalJson } from '../core/json.ts'
import { CliError } from './cli-error.ts'
import { parseValue, splitAssignment } from './input.ts'

export interface InputCondition {
  path: readonly string[]
  text: string
}

/** @throws CliError */
export const readConditions = (texts: readonly string[]): InputCondition[] =>
  texts.map((text) => {
    const found = splitAssignment(text)
    if (found !== undefined) return found
    throw new CliError(`--input '${text}' is wrong: expected path=value`, { hint: 'such as --input customer.id=42' })
  })

/** True for a value that the text would give as `--input`, as JSON or as text: `42` is a number and a text. */
export const holdsFor = ({ path, text }: InputCondition, input: JsonValue): boolean => {
  let value: JsonValue | undefined = input
  for (const key of path) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value === text || (value !== undefined && toCanonicalJson(value) === toCanonicalJson(parseValue(text)))
}
