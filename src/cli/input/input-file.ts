import type { JsonValue } from '../../core/json.ts'
import { CliError, InvalidFile } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { readNamedFile, STDIN, shownName } from '../workflow-file.ts'
import { parseInputJson } from './input-json.ts'

/** Reads a JSON or YAML file; standard input is JSON. @throws CliError, InvalidFile */
export const readInputFile = async (file: string, context: Context): Promise<JsonValue> => {
  const bytes = await readNamedFile(file, context)
  if (/\.ya?ml$/i.test(file)) return parseYamlInput(file, bytes)
  const text = new TextDecoder().decode(bytes)
  try {
    return parseInputJson(text)
  } catch (cause) {
    const { message } = cause as Error
    throw new CliError(`input '${shownName(file)}' is no JSON: ${message}`, {
      hint: file === STDIN ? undefined : 'a file of YAML must be named .yaml',
      cause,
    })
  }
}

/** Uses the reader of the compiler, which bounds size, depth and aliases. */
const parseYamlInput = async (file: string, bytes: Uint8Array): Promise<JsonValue> => {
  const [{ decodeSource }, { parseYaml }, { toJsonValue }] = await Promise.all([
    import('../../compiler/read/decode-source.ts'),
    import('../../compiler/read/parse-yaml.ts'),
    import('../../compiler/read/yaml-node.ts'),
  ])
  const { source, diagnostics } = decodeSource(shownName(file), bytes)
  const node = diagnostics.hasErrors ? undefined : parseYaml(source, diagnostics)
  if (diagnostics.hasErrors || node === undefined) throw new InvalidFile(diagnostics.toList(), source)
  return node === 'empty' ? {} : toJsonValue(node)
}
