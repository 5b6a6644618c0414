/** One function of the language: the checker, the evaluator and the reference all read the same entry. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import { textWork, type Work } from '../evaluation.ts'
import type { Type } from '../type.ts'

export interface Parameter {
  name: string
  type: Type
  optional?: boolean
  /** A regular expression; the function takes only those with so many groups. */
  pattern?: { mostGroups: number }
}

export interface FunctionEntry {
  name: string
  /** For people: `join(list, separator?) → string`. */
  signature: string
  doc: string
  /** An expression that is true; a test evaluates each. */
  example: string
  /** `a.name(b)` may be written for `name(a, b)`. */
  isMethod: boolean
  parameters: readonly Parameter[]
  /** The type of the result, where it follows from those of the arguments a function of them. */
  result: Type | ((args: readonly Type[]) => Type)
  /** Visits that are charged before the call; what depends on the result, `evaluate` charges itself. */
  work(args: readonly JsonValue[]): number
  /** The arguments fit the parameters. Throws ExpressionFailure alone. */
  evaluate(args: readonly JsonValue[], work: Work): JsonValue
}

/** An entry as it is written in a table: the signature begins with the name. */
export type FunctionSource = Omit<FunctionEntry, 'name' | 'isMethod' | 'work'> &
  Partial<Pick<FunctionEntry, 'isMethod' | 'work'>>

/** Completes an entry: most functions are methods, and cost one visit before the call. */
export const toFunctionEntry = (source: FunctionSource): FunctionEntry => ({
  name: source.signature.slice(0, source.signature.indexOf('(')),
  isMethod: true,
  work: () => 1,
  ...source,
})

/** The argument at `index`, which the parameters guarantee to be text; absent: the default. */
export const textAt = (args: readonly JsonValue[], index: number, absent = ''): string => {
  const value = args[index]
  return typeof value === 'string' ? value : absent
}

/** Work of a function that reads its first argument, a text, once. */
export const readWork = (args: readonly JsonValue[]): number => 1 + textWork(textAt(args, 0).length)

/** Work of a function that visits the items of its first argument, a list, once. */
export const listWork = (args: readonly JsonValue[]): number => 1 + listAt(args, 0).length

export const numberAt = (args: readonly JsonValue[], index: number, absent = 0): number => {
  const value = args[index]
  return typeof value === 'number' ? value : absent
}

export const objectAt = (args: readonly JsonValue[], index: number): JsonObject => {
  const value = args[index]
  return isJsonObject(value) ? value : {}
}

export const listAt = (args: readonly JsonValue[], index: number): JsonValue[] => {
  const value = args[index]
  return Array.isArray(value) ? value : []
}
