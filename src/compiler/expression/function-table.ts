/** Every function of the language, once. The reference is generated from it, and from the forms of form-table.ts. */
import { ENCODING_FUNCTIONS } from './functions/encoding-functions.ts'
import { type FunctionEntry, toFunctionEntry } from './functions/function-entry.ts'
import { LIST_FUNCTIONS } from './functions/list-functions.ts'
import { NUMBER_FUNCTIONS } from './functions/number-functions.ts'
import { OBJECT_FUNCTIONS } from './functions/object-functions.ts'
import { REGEX_FUNCTIONS } from './functions/regex-functions.ts'
import { SEQUENCE_FUNCTIONS } from './functions/sequence-functions.ts'
import { TEXT_FUNCTIONS } from './functions/text-functions.ts'
import { TIME_FUNCTIONS } from './functions/time-functions.ts'
import { VALUE_FUNCTIONS } from './functions/value-functions.ts'

export const FUNCTION_TABLE: readonly FunctionEntry[] = [
  ...VALUE_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...REGEX_FUNCTIONS,
  ...ENCODING_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...SEQUENCE_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...OBJECT_FUNCTIONS,
].map(toFunctionEntry)

const byName = new Map(FUNCTION_TABLE.map((entry) => [entry.name, entry]))

export const findFunction = (name: string): FunctionEntry | undefined => byName.get(name)
