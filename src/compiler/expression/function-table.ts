/** Every function of the language, once. The reference is generated from it; it includes `has`, `orValue` and the macros, which are syntax. */
import { type FunctionEntry, toFunctionEntry } from './functions/function-entry.ts'
import { LIST_FUNCTIONS } from './functions/list-functions.ts'
import { TEXT_FUNCTIONS } from './functions/text-functions.ts'
import { VALUE_FUNCTIONS } from './functions/value-functions.ts'

export const FUNCTION_TABLE: readonly FunctionEntry[] = [...VALUE_FUNCTIONS, ...TEXT_FUNCTIONS, ...LIST_FUNCTIONS].map(
  toFunctionEntry,
)

const byName = new Map(FUNCTION_TABLE.map((entry) => [entry.name, entry]))

export const findFunction = (name: string): FunctionEntry | undefined => byName.get(name)

/** Methods that accept a missing value, with the number of their arguments. */
export const UNWRAPPING = { orValue: 1, or: 1, hasValue: 0, value: 0 } as const

export const isUnwrapping = (name: string): name is keyof typeof UNWRAPPING => Object.hasOwn(UNWRAPPING, name)

/** Forms that look like functions and are not: they decide what is evaluated, or name a variable. For the reference. */
export const FORM_TABLE: readonly Pick<FunctionEntry, 'name' | 'signature' | 'doc' | 'example'>[] = [
  {
    name: 'has',
    signature: 'has(a.b) → boolean',
    doc: 'Whether the field is there; false too when something before it is missing. A field that is null is there.',
    example: "has(parse_json('{\"a\": null}').a) && !has(parse_json('{}').a)",
  },
  {
    name: 'orValue',
    signature: 'value.orValue(other) → value',
    doc: 'The value, or the other one where it is missing (`.?`, `[?]`) or null.',
    example: "parse_json('{}').?count.orValue(2) == 2 && null.orValue(2) == 2",
  },
  {
    name: 'or',
    signature: 'value.or(other) → value',
    doc: 'Of two that may be missing, the first that is there; it may still be missing.',
    example: "parse_json('{}').?a.or([3][?0]).orValue(0) == 3",
  },
  {
    name: 'hasValue',
    signature: 'value.hasValue() → boolean',
    doc: 'Whether a value that may be missing is there and not null.',
    example: "!parse_json('{}').?a.hasValue()",
  },
  {
    name: 'all',
    signature: 'list.all(item, condition) → boolean',
    doc: 'Whether the condition holds for every item, or for every key of an object.',
    example: '[1, 2].all(n, n > 0)',
  },
  {
    name: 'exists',
    signature: 'list.exists(item, condition) → boolean',
    doc: 'Whether the condition holds for at least one item.',
    example: '[1, 2].exists(n, n > 1)',
  },
  {
    name: 'exists_one',
    signature: 'list.exists_one(item, condition) → boolean',
    doc: 'Whether the condition holds for exactly one item.',
    example: '[1, 2].exists_one(n, n > 1)',
  },
  {
    name: 'filter',
    signature: 'list.filter(item, condition) → list',
    doc: 'The items for which the condition holds.',
    example: '[1, 2, 3].filter(n, n > 1) == [2, 3]',
  },
  {
    name: 'map',
    signature: 'list.map(item, condition?, value) → list',
    doc: 'A value for each item; with a condition between, for those items for which it holds.',
    example: '[1, 2, 3].map(n, n > 1, n * 10) == [20, 30]',
  },
]
