import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { isFault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { checkInput } from '../../runtime/check-input.ts'
import { CliError } from '../cli-error.ts'

/** The input with its defaults. @throws CliError that says what the workflow takes */
export const expectInput = async (workflow: CompiledWorkflow, input: JsonValue): Promise<JsonValue> => {
  try {
    return await checkInput(workflow, input)
  } catch (cause) {
    if (!isFault(cause)) throw cause
    throw new CliError(cause.message, { hint: describeSchema(workflow.input), cause })
  }
}

/** `it takes name: string, age?: integer; such as --input name=…` */
const describeSchema = (schema: JsonSchema | undefined): string | undefined => {
  const fields = Object.entries(schema?.properties ?? {})
  const [first] = fields
  if (first === undefined) return undefined
  const required = new Set(schema?.required)
  const list = fields.map(([name, field]) => `${name}${required.has(name) ? '' : '?'}: ${describeType(field)}`)
  const example = fields.find(([name]) => required.has(name))?.[0] ?? first[0]
  return `it takes ${list.join(', ')}; such as --input ${example}=…`
}

const describeType = ({ type, enum: values, title }: JsonSchema): string => {
  if (title !== undefined) return title
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ')
  return type === undefined ? 'any' : [type].flat().join(' | ')
}
