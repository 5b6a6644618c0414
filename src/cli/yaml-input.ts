/** Reads an input file of YAML by the reader of the compiler, which bounds size, depth and aliases. */
import { formatDiagnostic } from '../compiler/diagnostic.ts'
import { findMisreads } from '../compiler/expression/misread-values.ts'
import { typeOfSchema } from '../compiler/expression/type-of-schema.ts'
import { decodeSource } from '../compiler/read/decode-source.ts'
import { parseYaml } from '../compiler/read/parse-yaml.ts'
import { toJsonValue, toLiteral } from '../compiler/read/yaml-node.ts'
import type { JsonValue } from '../core/json.ts'
import type { JsonSchema } from '../core/json-schema.ts'
import { InvalidFile } from './cli-error.ts'
import type { Context } from './context.ts'
import { paintDiagnostic } from './paint.ts'
import { toPrintable } from './printable.ts'
import { shownName } from './workflow-file.ts'

export interface YamlInput {
  file: string
  bytes: Uint8Array
  /** Schema of the value; undefined: any. */
  schema: JsonSchema | undefined
}

/** Warns on standard error of values that YAML reads as others than are written. @throws InvalidFile */
export const parseYamlInput = ({ file, bytes, schema = {} }: YamlInput, { stderr }: Context): JsonValue => {
  const { source, diagnostics } = decodeSource(shownName(file), bytes)
  const node = diagnostics.hasErrors ? undefined : parseYaml(source, diagnostics)
  if (diagnostics.hasErrors || node === undefined) throw new InvalidFile(diagnostics.toList(), source)
  if (node === 'empty') return {}
  const misread = findMisreads(toLiteral(node), { expected: typeOfSchema(schema), text: source.text })
  for (const { range, message, hint } of misread) diagnostics.warning('misread_value', range, message, hint)
  for (const finding of diagnostics.toList())
    stderr.write(`${paintDiagnostic(toPrintable(formatDiagnostic(finding, source)), stderr.paint)}\n\n`)
  return toJsonValue(node)
}
