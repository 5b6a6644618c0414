import { ownValue } from '../json.ts'
import type { JsonSchema } from '../json-schema.ts'

type Part = JsonSchema | boolean

/** Joins the requirements of both schemas that `createInstance` reads. For keywords that can't be joined, the second schema counts. */
export const mergeSchemas = (first: Part, second: Part): JsonSchema => {
  if (first === true || second === true) return toSchema(first === true ? second : first)
  if (first === false || second === false) return NOTHING
  const merged: JsonSchema = { ...first, ...second }
  for (const [keyword, join] of Object.entries(JOINS)) {
    const [a, b] = [first[keyword], second[keyword]]
    if (a !== undefined && b !== undefined) merged[keyword] = join(a, b)
  }
  return merged
}

const NOTHING: JsonSchema = { type: [] }

const toSchema = (part: Part): JsonSchema => (typeof part === 'boolean' ? (part ? {} : NOTHING) : part)

const highest = (a: unknown, b: unknown): number => Math.max(Number(a), Number(b))
const lowest = (a: unknown, b: unknown): number => Math.min(Number(a), Number(b))

const joinTypes = (a: unknown, b: unknown): string[] => {
  const [first, second] = [[a].flat() as string[], [b].flat() as string[]]
  const fits = (type: string, types: string[]): boolean =>
    types.includes(type) || (type === 'integer' && types.includes('number'))
  return [...new Set([...first.filter((type) => fits(type, second)), ...second.filter((type) => fits(type, first))])]
}

const joinProperties = (a: unknown, b: unknown): Record<string, Part> => {
  const [first, second] = [a as Record<string, Part>, b as Record<string, Part>]
  const joined: Record<string, Part> = { ...first }
  for (const [name, part] of Object.entries(second)) {
    const other = ownValue(first, name)
    joined[name] = other === undefined ? part : mergeSchemas(other, part)
  }
  return joined
}

const joinLists = (a: unknown, b: unknown): unknown[] => [...new Set([...(a as unknown[]), ...(b as unknown[])])]

const JOINS: Record<string, (a: unknown, b: unknown) => unknown> = {
  type: joinTypes,
  properties: joinProperties,
  required: joinLists,
  allOf: joinLists,
  enum: (a, b) => (a as unknown[]).filter((value) => (b as unknown[]).includes(value)),
  items: (a, b) => mergeSchemas(a as Part, b as Part),
  minimum: highest,
  exclusiveMinimum: highest,
  minLength: highest,
  minItems: highest,
  minProperties: highest,
  maximum: lowest,
  exclusiveMaximum: lowest,
  maxLength: lowest,
  maxItems: lowest,
}
