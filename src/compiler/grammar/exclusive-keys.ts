/** Keys of which a map may have only one. */
import type { JsonSchema } from '../../core/json-schema.ts'
import { findEntry, type YamlMap } from '../read/yaml-node.ts'
import { beginningOf } from './record-shape.ts'
import type { ShapePlace } from './shape.ts'

interface ExclusiveOptions {
  /** In messages: `an llm step`. */
  owner: string
  /** One of them must be there. */
  required?: boolean
  /** Hint where none is there. Default: add the first one. */
  advice?: string
}

/** Reports more than one of the keys, and none where one is required. True when all is well. */
export const checkExclusive = (
  node: YamlMap,
  keys: readonly [string, string, ...string[]],
  { owner, required = false, advice = `add \`${keys[0]}:\``, ...place }: ExclusiveOptions & Pick<ShapePlace, 'reading'>,
): boolean => {
  const found = keys.flatMap((key) => findEntry(node, key) ?? [])
  const [first, second] = found
  const { diagnostics } = place.reading
  const choice = keys.map((key) => `'${key}'`).join(' or ')
  if (first !== undefined && second !== undefined) {
    const message = `'${first.key.value}' and '${second.key.value}' exclude each other in ${owner}: expected ${choice}`
    diagnostics.error('excluded_keys', second.key.range, message, 'remove one of them')
    return false
  }
  if (first !== undefined || !required) return true
  const message = `${choice} is missing in ${owner}: expected one of them`
  diagnostics.error('missing_key', beginningOf(node), message, advice)
  return false
}

/** Part of a JSON Schema: exactly one of the keys is there. Strict validators want each required key beside it. */
export const exactlyOneOf = (...keys: readonly [string, string, ...string[]]): JsonSchema => ({
  oneOf: keys.map((key) => ({ properties: { [key]: {} }, required: [key] })),
})
