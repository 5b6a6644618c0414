/** Reads `--input`, or another option that takes an object: JSON text, @FILE, or key=value, merged in order. */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { splitAssignment } from '../core/assignment.ts'
import { isFault } from '../core/fault.ts'
import { parseFiniteJson } from '../core/finite-json.ts'
import { isJsonObject, type JsonObject, type JsonValue, toCanonicalJson } from '../core/json.ts'
import type { JsonSchema } from '../core/json-schema.ts'
import { formatValue } from '../core/value-text.ts'
import { checkInput } from '../runtime/check-input.ts'
import type { PastRun } from '../service/history/past-run.ts'
import { CliError } from './cli-error.ts'
import type { Context } from './context.ts'
import { describeFields, exampleField, schemaAt, takesText } from './input-schema.ts'
import { readNamedFile, STDIN, shownName } from './workflow-file.ts'

export interface InputOptions {
  schema: JsonSchema | undefined
  context: Context
  /** Named in messages. */
  option?: string
  /** The object that the texts change. Default: empty. */
  base?: JsonObject
}

/** @throws CliError for text that is no JSON, a value that is no object, or a missing file */
export const readInput = async (
  texts: readonly string[],
  { schema, context, option = '--input', base = {} }: InputOptions,
): Promise<JsonObject> => {
  let input = base
  for (const text of texts) {
    const assigned = splitAssignment(text)
    if (assigned !== undefined)
      input = setAt(input, assigned.path, parseValue(assigned.text, schemaAt(schema, assigned.path)))
    else if (text.startsWith('@'))
      input = { ...input, ...expectObject(await readInputFile(text.slice(1), { context, schema }), { text, option }) }
    else
      input = {
        ...input,
        ...expectObject(expectJson(text, { what: `${option} ${formatValue(text)}`, hint: FORMS }), { text, option }),
      }
  }
  return input
}

const FORMS = `expected '{"key": "value"}', @FILE or key=value`

const expectObject = (value: JsonValue, { text, option }: { text: string; option: string }): JsonObject => {
  if (isJsonObject(value)) return value
  throw new CliError(`${option} ${formatValue(text)} is wrong: expected an object, got ${formatValue(value)}`, {
    hint: FORMS,
  })
}

/** Parses JSON, unless the schema takes text; other text is returned as it is. */
export const parseValue = (text: string, schema?: JsonSchema): JsonValue => {
  const choice = schema?.enum?.find((value) => typeof value !== 'string' && toCanonicalJson(value) === text)
  if (choice !== undefined) return choice
  if (schema !== undefined && takesText(schema)) return text
  try {
    return parseFiniteJson(text)
  } catch {
    return text
  }
}

/** Returns a copy with the value at the path; a value on the path that is no object is replaced. */
const setAt = (object: JsonObject, [key = '', ...rest]: readonly string[], value: JsonValue): JsonObject => {
  const inner = Object.hasOwn(object, key) ? object[key] : undefined
  return { ...object, [key]: rest.length === 0 ? value : setAt(isJsonObject(inner) ? inner : {}, rest, value) }
}

/** Reads a JSON or YAML file; standard input is JSON. @throws CliError, InvalidFile */
export const readInputFile = async (
  file: string,
  { context, schema }: { context: Context; schema?: JsonSchema | undefined },
): Promise<JsonValue> => {
  const bytes = await readNamedFile(file, context)
  // Loaded late: most inputs are JSON.
  if (/\.ya?ml$/i.test(file)) return (await import('./yaml-input.ts')).parseYamlInput({ file, bytes, schema }, context)
  const hint = file === STDIN ? undefined : 'a file of YAML must be named .yaml'
  return expectJson(new TextDecoder().decode(bytes), { what: `input '${shownName(file)}'`, hint })
}

/** Parses JSON of a user. @throws CliError: `WHAT is no JSON: REASON`, also for a number that would lose digits */
export const expectJson = (text: string, { what, hint }: { what: string; hint?: string | undefined }): JsonValue => {
  try {
    return parseFiniteJson(text)
  } catch (cause) {
    throw new CliError(`${what} is no JSON: ${(cause as Error).message}`, { hint, cause })
  }
}

/**
 * Reads the input of a workflow from `--input`, and adds defaults. `base` is the object that the texts change.
 * @throws CliError that names the fields of the workflow's input
 */
export const readInputOf = async (
  workflow: CompiledWorkflow,
  { texts = [], context, base }: { texts: readonly string[] | undefined; context: Context; base?: JsonObject },
): Promise<JsonValue> => {
  const input = await readInput(texts, { schema: workflow.input, context, ...(base !== undefined && { base }) })
  try {
    return await checkInput(workflow, input)
  } catch (cause) {
    if (!isFault(cause)) throw cause
    throw new CliError(cause.message, { hint: describeSchema(workflow.input), cause })
  }
}

/** `it takes name: string, age?: integer; such as --input name=…` */
const describeSchema = (schema: JsonSchema | undefined): string | undefined => {
  const fields = describeFields(schema)
  return fields === undefined ? undefined : `it takes ${fields}; such as --input ${exampleField(schema) ?? ''}=…`
}

/** Merges the given values into the old input. */
export const readChangedInput = async (
  { stored: { workflow }, created }: PastRun,
  { texts, context }: { texts: readonly string[]; context: Context },
): Promise<JsonValue> => {
  const base = isJsonObject(created.input) ? created.input : {}
  return readInputOf(workflow, { texts, context, base })
}
