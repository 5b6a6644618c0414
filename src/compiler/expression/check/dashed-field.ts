/** Fields whose names have dashes, such as those of HTTP headers: behind a dot the dash subtracts. */
import type { BinaryExpression, Expression, FieldExpression } from '../expression.ts'
import { type CheckContext, rewrite } from './context.ts'

const DASHED = /^\w+(?:-[A-Za-z_]\w*)+/
const DOT = /\s*\.\s*(\??)\s*$/

/** Reports `headers.content-type`, a subtraction of a name that is not there, as the one mistake that it is. True: it was one. */
export const reportDashedField = (node: BinaryExpression, context: CheckContext): boolean => {
  const field = leftmostOf(node)
  if (field?.kind !== 'field') return false
  const { start } = field.nameSpan
  const [dashed] = DASHED.exec(context.text.slice(start, node.end)) ?? []
  if (dashed === undefined || !dashed.startsWith(`${field.name}-`)) return false
  const [, next = ''] = dashed.split('-')
  if (isKnown(next, context)) return false
  const span = { start: field.start, end: start + dashed.length }
  context.report('unknown_name', span, {
    message: `'${dashed}' is no name behind a dot, where '-' subtracts: expected it in brackets`,
    hint: rewrite(span, inBrackets(field, dashed, context)),
  })
  return true
}

const leftmostOf = (node: Expression): Expression =>
  node.kind === 'binary' && node.operator === '-' ? leftmostOf(node.left) : node

const isKnown = (name: string, { locals, names }: CheckContext): boolean =>
  name === 'steps' || locals.has(name) || names.root(name) !== undefined

const inBrackets = (field: FieldExpression, dashed: string, { text }: CheckContext): string => {
  const before = text.slice(field.start, field.nameSpan.start)
  return before.replace(DOT, (_, optional: string) => `[${optional}'${dashed}']`)
}
