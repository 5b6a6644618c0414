/** The values that the expressions of a workflow read, as paths: `input.order.id` reads `['input', 'order', 'id']` and all in it. */
import type { ExpressionText } from '../document.ts'
import type { Expression } from '../expression/expression.ts'
import { parseExpression } from '../expression/parse-expression.ts'

export type ReadPath = readonly string[]

/** Lists the reads of every expression in a part of the typed document, of whatever kind its steps are. */
export const listReads = (part: unknown): ReadPath[] =>
  findExpressions(part).flatMap(({ text }) => {
    const parsed = parseExpression(text)
    return parsed.ok ? readsOf(parsed.ast) : []
  })

/** True if a read is of this value, of a part of it, or of a value around it. */
export const isRead = (path: ReadPath, reads: readonly ReadPath[]): boolean =>
  reads.some((read) => read.every((name, index) => index >= path.length || name === path[index]))

const findExpressions = (part: unknown, seen = new Set<object>()): ExpressionText[] => {
  if (typeof part !== 'object' || part === null || seen.has(part)) return []
  seen.add(part)
  if (isExpressionText(part)) return [part]
  const inner = part instanceof Map ? [...part.values()] : Object.values(part)
  return inner.flatMap((one) => findExpressions(one, seen))
}

const isExpressionText = (part: object): part is ExpressionText =>
  'text' in part && 'toOffset' in part && typeof part.toOffset === 'function'

/** A name or a chain of fields is one read; an index that is known in a run only reads the whole list or object. */
const readsOf = (part: unknown): ReadPath[] => {
  if (typeof part !== 'object' || part === null) return []
  if (isNode(part)) {
    const path = toPath(part)
    if (path !== undefined) return [path]
  }
  return Object.values(part).flatMap(readsOf)
}

const isNode = (part: object): part is Expression => 'kind' in part && 'start' in part

const toPath = (node: Expression): ReadPath | undefined => {
  if (node.kind === 'name') return [node.name]
  const path = node.kind === 'field' ? toPath(node.object) : undefined
  return path === undefined || node.kind !== 'field' ? undefined : [...path, node.name]
}
