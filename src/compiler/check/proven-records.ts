/**
 * Finds the outputs and errors that a condition proves to exist: `steps.x.status == 'completed'`,
 * `has(steps.x.output)`, joined by `&&`.
 */
import type { ExpressionText } from '../document.ts'
import type { Expression } from '../expression/expression.ts'
import { parseExpression } from '../expression/parse-expression.ts'
import type { RecordField } from './assignment.ts'

export interface ProvenRecord {
  step: string
  field: RecordField
}

/** Returns what holds if the condition has the value `truth`. */
export const findProven = ({ text }: ExpressionText, truth: boolean): ProvenRecord[] => {
  // Most conditions prove nothing of this kind, and are not parsed.
  if (!text.includes('steps.') || !(text.includes('.status') || text.includes('has('))) return []
  const parsed = parseExpression(text)
  return parsed.ok ? provenBy(parsed.ast, truth) : []
}

const provenBy = (test: Expression, truth: boolean): ProvenRecord[] => {
  if (test.kind === 'unary' && test.operator === '!') return provenBy(test.operand, !truth)
  if (test.kind === 'has') return truth ? recordOf(test.operand) : []
  if (test.kind !== 'binary') return []
  const { operator, left, right } = test
  if (operator === (truth ? '&&' : '||')) return [...provenBy(left, truth), ...provenBy(right, truth)]
  if (operator !== (truth ? '==' : '!=')) return []
  return right.kind === 'literal'
    ? provenByStatus(left, right.value)
    : left.kind === 'literal'
      ? provenByStatus(right, left.value)
      : []
}

const provenByStatus = (status: Expression, value: unknown): ProvenRecord[] => {
  const step = stepOf(status, 'status')
  if (step === undefined || (value !== 'completed' && value !== 'failed')) return []
  return [{ step, field: value === 'completed' ? 'output' : 'error' }]
}

/** `has(steps.x.output.text)` proves the output as well. */
const recordOf = (node: Expression): ProvenRecord[] => {
  for (const field of ['output', 'error'] as const) {
    const step = stepOf(node, field)
    if (step !== undefined) return [{ step, field }]
  }
  return node.kind === 'field' || node.kind === 'index' ? recordOf(node.object) : []
}

/** The x of `steps.x.<field>`. */
const stepOf = (node: Expression, field: string): string | undefined => {
  if (node.kind !== 'field' || node.name !== field || node.object.kind !== 'field') return undefined
  const { object, name } = node.object
  return object.kind === 'name' && object.name === 'steps' ? name : undefined
}
