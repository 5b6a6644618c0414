/** Reads `--input`, or another option that takes an object: JSON text, @FILE, or key=value, merged in order. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { formatValue } from '../../core/value-text.ts'
import { CliError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { readInputFile } from './input-file.ts'
import { parseInputJson } from './input-json.ts'
import { schemaAt, takesText } from './schema-at.ts'

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
    const [, path, value] = ASSIGNMENT.exec(text) ?? []
    if (path !== undefined && value !== undefined)
      input = setAt(input, path.split('.'), parseValue(value, schemaAt(schema, path.split('.'))))
    else if (text.startsWith('@'))
      input = { ...input, ...expectObject(await readInputFile(text.slice(1), context), { text, option }) }
    else input = { ...input, ...expectObject(parseJson(text, option), { text, option }) }
  }
  return input
}

const ASSIGNMENT = /^([\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*)=(.*)$/su

const parseJson = (text: string, option: string): JsonValue => {
  try {
    return parseInputJson(text)
  } catch (cause) {
    const { message } = cause as Error
    throw new CliError(`${option} ${formatValue(text)} is no JSON: ${message}`, { hint: FORMS, cause })
  }
}

const FORMS = `expected '{"key": "value"}', @FILE or key=value`

const expectObject = (value: JsonValue, { text, option }: { text: string; option: string }): JsonObject => {
  if (isJsonObject(value)) return value
  throw new CliError(`${option} ${formatValue(text)} is wrong: expected an object, got ${formatValue(value)}`, {
    hint: FORMS,
  })
}

/** Parses JSON, unless the schema takes text; other text is returned as it is. */
const parseValue = (text: string, schema: JsonSchema | undefined): JsonValue => {
  if (schema !== undefined && takesText(schema)) return text
  try {
    return parseInputJson(text)
  } catch {
    return text
  }
}

/** Returns a copy with the value at the path; a value on the path that is no object is replaced. */
const setAt = (object: JsonObject, [key = '', ...rest]: readonly string[], value: JsonValue): JsonObject => {
  const inner = Object.hasOwn(object, key) ? object[key] : undefined
  return { ...object, [key]: rest.length === 0 ? value : setAt(isJsonObject(inner) ? inner : {}, rest, value) }
}
