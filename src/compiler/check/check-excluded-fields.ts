import type { ToolEntry } from '../catalogue.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { Located, ValueNode } from '../value-node.ts'

/** Reports two fields of which a call of this tool may give one alone. */
export const checkExcludedFields = (
  input: ValueNode,
  { name, exclusive = [] }: ToolEntry,
  diagnostics: Diagnostics,
): void => {
  for (const paths of exclusive) {
    const found = paths.flatMap((path) => findField(input, path.split('.')) ?? [])
    const [first, second] = found
    if (first === undefined || second === undefined) continue
    const message = `'${first.value}' and '${second.value}' exclude each other in ${name}: expected one of them`
    diagnostics.error('excluded_keys', second.range, message, 'remove one of them')
  }
}

/** Returns the key that is written at the path, with the path as it is written. */
const findField = (node: ValueNode, [name, ...path]: readonly string[]): Located<string> | undefined => {
  const entry = node.kind === 'map' ? node.entries.find(({ key }) => key.value.toLowerCase() === name) : undefined
  if (entry === undefined || path.length === 0) return entry?.key
  const inner = findField(entry.value, path)
  return inner && { value: `${entry.key.value}.${inner.value}`, range: inner.range }
}
