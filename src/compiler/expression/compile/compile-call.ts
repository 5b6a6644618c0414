import type { JsonValue } from '../../../core/json.ts'
import { describeValue, fail } from '../evaluation.ts'
import type { CallExpression, Expression } from '../expression.ts'
import { findFunction } from '../function-table.ts'
import type { FunctionEntry, Parameter } from '../functions/function-entry.ts'
import { membersOf, type Type } from '../type.ts'
import { type CompileContext, compileValueOf, failing, type Run, shortText } from './context.ts'

export const compileCall = (node: CallExpression, context: CompileContext): Run => {
  const { name, receiver } = node
  const special = receiver === undefined ? undefined : compileUnwrapping(node, receiver, context)
  if (special !== undefined) return special
  const entry = findFunction(name)
  const position = node.nameSpan.start
  if (entry === undefined || (receiver !== undefined && !entry.isMethod))
    return failing(`there is no function '${name}'`, position)
  const nodes = receiver === undefined ? node.args : [receiver, ...node.args]
  if (!fitsCount(entry, nodes.length)) return failing(`expected ${entry.signature}`, position)
  return compileEntry(entry, nodes, { context, position })
}

const fitsCount = ({ parameters }: FunctionEntry, count: number): boolean =>
  count <= parameters.length && parameters.every(({ optional }, index) => optional === true || index < count)

const compileEntry = (
  entry: FunctionEntry,
  nodes: readonly Expression[],
  { context, position }: { context: CompileContext; position: number },
): Run => {
  const args = nodes.map((node) => compileValueOf(node, context))
  const checks = entry.parameters.map(createCheck)
  return (evaluation) => {
    const values: JsonValue[] = []
    for (let at = 0; at < args.length; at++) values.push(args[at]?.(evaluation) ?? null)
    for (let at = 0; at < values.length; at++)
      if (checks[at]?.(values[at] ?? null) === false) failArgument(entry, at, { value: values[at], position })
    evaluation.position = position
    evaluation.charge(entry.work(values))
    const result = entry.evaluate(values, evaluation)
    return typeof result === 'number' && !Number.isFinite(result)
      ? fail('the result is too large for a number', position)
      : result
  }
}

const failArgument = (
  entry: FunctionEntry,
  index: number,
  { value, position }: { value: JsonValue | undefined; position: number },
): never =>
  fail(
    `'${entry.name}' got ${describeValue(value)} for '${entry.parameters[index]?.name}': expected ${entry.signature}`,
    position,
  )

/** Tests that a value has one of the kinds of the parameter's type; the function itself checks the items of a list. */
const createCheck = ({ type }: Parameter): ((value: JsonValue) => boolean) => {
  const kinds = new Set(membersOf(type).map(({ kind }: Type) => kind))
  const literals = membersOf(type).flatMap((member) => (member.kind === 'literal' ? [member.value] : []))
  if (literals.length > 0) return (value) => literals.some((literal) => literal === value)
  if (kinds.has('any')) return () => true
  return (value) => kinds.has(kindOf(value))
}

const kindOf = (value: JsonValue): Type['kind'] => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  return typeof value as 'string' | 'number' | 'boolean' | 'object'
}

/** The methods that accept a missing value; undefined for other methods. */
const compileUnwrapping = (node: CallExpression, receiver: Expression, context: CompileContext): Run | undefined => {
  const [other] = node.args
  const run = context.compile(receiver, context)
  switch (node.name) {
    case 'orValue': {
      if (other === undefined || node.args.length > 1) return failing('expected value.orValue(other)', node.start)
      const substitute = compileValueOf(other, context)
      return (evaluation) => run(evaluation) ?? substitute(evaluation)
    }
    case 'or': {
      if (other === undefined || node.args.length > 1) return failing('expected value.or(other)', node.start)
      const substitute = context.compile(other, context)
      return (evaluation) => run(evaluation) ?? substitute(evaluation)
    }
    case 'hasValue':
      return (evaluation) => (run(evaluation) ?? null) !== null
    case 'value': {
      const reason = `${shortText(receiver, context)} is missing`
      return (evaluation) => {
        const value = run(evaluation)
        return value === undefined ? fail(reason, node.start) : value
      }
    }
    default:
      return undefined
  }
}
