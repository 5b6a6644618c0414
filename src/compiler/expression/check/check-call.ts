import { countOf } from '../../../core/count.ts'
import type { CallExpression, Expression } from '../expression.ts'
import { isUnwrapping, UNWRAPPING } from '../form-table.ts'
import { findFunction } from '../function-table.ts'
import { countVerbs } from '../functions/format.ts'
import type { FunctionEntry, Parameter } from '../functions/function-entry.ts'
import { explainReplacement } from '../functions/replacement.ts'
import { compilePattern } from '../regular-expression.ts'
import {
  ANY,
  BOOLEAN,
  describeType,
  isAssignable,
  membersOf,
  optionalOf,
  STRING,
  type Type,
  unionOf,
  unwrap,
  withoutNull,
} from '../type.ts'
import { literalsOf, respellValue } from './check-equality.ts'
import { reportUnknownFunction } from './check-unknown-function.ts'
import { type CheckContext, checkExpected, checkPresent, textOf } from './context.ts'

export const checkCall = (node: CallExpression, context: CheckContext): Type => {
  const { receiver } = node
  if (reportUnknownFunction(node, context)) return ANY
  const unwrapped = receiver === undefined ? undefined : checkUnwrapping(node, receiver, context)
  if (unwrapped !== undefined) return unwrapped
  const entry = findFunction(node.name)
  const nodes = receiver === undefined ? node.args : [receiver, ...node.args]
  if (entry === undefined) return ANY
  const required = entry.parameters.filter(({ optional }) => optional !== true).length
  if (nodes.length < required || nodes.length > entry.parameters.length) {
    for (const part of nodes) checkPresent(part, context)
    reportCount(node, entry, context)
    return typeof entry.result === 'function' ? ANY : entry.result
  }
  return checkEntry(entry, nodes, context)
}

const checkEntry = (entry: FunctionEntry, nodes: readonly Expression[], context: CheckContext): Type => {
  const types = nodes.map((part, index) => {
    const parameter = entry.parameters[index]
    const expected = parameter?.type ?? ANY
    if (reportUnknownChoice(part, { entry, parameter }, context)) return expected
    const taker = `'${entry.name}' takes ${describeType(expected)}${nodes.length > 1 ? ` as its ${parameter?.name}` : ''}`
    return expected.kind === 'any' ? checkPresent(part, context) : checkExpected(part, { expected, taker }, context)
  })
  entry.parameters.forEach(({ pattern }, index) => {
    if (pattern !== undefined) checkPattern(nodes[index], pattern.mostGroups, context)
  })
  if (Object.hasOwn(FURTHER_CHECKS, entry.name)) FURTHER_CHECKS[entry.name]?.(nodes, { types, context })
  return typeof entry.result === 'function' ? entry.result(types) : entry.result
}

/** A literal that is none of the values that a parameter has; false for other parameters. */
const reportUnknownChoice = (
  node: Expression,
  { entry, parameter }: { entry: FunctionEntry; parameter: Parameter | undefined },
  context: CheckContext,
): boolean => {
  const choices = parameter === undefined ? undefined : literalsOf(parameter.type)
  if (choices === undefined || node.kind !== 'literal' || typeof node.value !== 'string') return false
  if (choices.includes(node.value)) return false
  context.report('unknown_enum_value', node, {
    message: `${textOf(node, context)} is no ${parameter?.name} of '${entry.name}': expected ${choices.join(', ')}`,
    hint: respellValue(node, node.value, choices),
  })
  return true
}

type FurtherCheck = (nodes: readonly Expression[], checked: { types: readonly Type[]; context: CheckContext }) => void

const checkPattern = (node: Expression | undefined, mostGroups: number, context: CheckContext): void => {
  if (node?.kind !== 'literal' || typeof node.value !== 'string') return
  const compiled = compilePattern(node.value)
  if (!compiled.ok)
    context.report('invalid_regular_expression', node, {
      message: `${textOf(node, context)} is no regular expression: ${compiled.message}`,
      hint: 'patterns are those of RE2: no backreferences, no lookaround',
    })
  else if (compiled.expression.groups > mostGroups)
    context.report('invalid_regular_expression', node, {
      message: `${textOf(node, context)} has ${compiled.expression.groups} groups: expected at most ${mostGroups}`,
      hint: 'write (?:…) for a group of which nothing is taken',
    })
}

const checkReplacement: FurtherCheck = ([, pattern, by], { context }) => {
  if (pattern?.kind !== 'literal' || typeof pattern.value !== 'string') return
  if (by?.kind !== 'literal' || typeof by.value !== 'string') return
  const compiled = compilePattern(pattern.value)
  const problem = compiled.ok ? explainReplacement(by.value, compiled.expression.groups) : undefined
  if (problem !== undefined) context.report('invalid_regular_expression', by, problem)
}

const checkFormat: FurtherCheck = ([text, list], { context }) => {
  if (text?.kind !== 'literal' || typeof text.value !== 'string' || list?.kind !== 'list') return
  const expected = countVerbs(text.value)
  if (list.items.length !== expected)
    context.report('type_mismatch', list, {
      message: `'format' gets ${countOf(list.items.length, 'value')}: expected ${expected}, one for each % in ${textOf(text, context)}`,
    })
}

/** A part of a text is a text. */
const checkPart: FurtherCheck = ([text, part], { types: [type = ANY, partType = ANY], context }) => {
  const mayBeText = type.kind !== 'any' && membersOf(type).some((member) => isAssignable(member, STRING))
  if (text === undefined || part === undefined || !mayBeText || isAssignable(partType, STRING)) return
  context.report('type_mismatch', part, {
    message: `'index_of' looks for a text in the text '${textOf(text, context)}': '${textOf(part, context)}' is ${describeType(partType)}`,
    hint: `write string(${textOf(part, context)})`,
  })
}

/** Rules that the types of single parameters don't say. */
const FURTHER_CHECKS: Readonly<Record<string, FurtherCheck>> = {
  format: checkFormat,
  regex_replace: checkReplacement,
  index_of: checkPart,
}

/** Methods that accept a missing value; undefined for others. */
const checkUnwrapping = (node: CallExpression, receiver: Expression, context: CheckContext): Type | undefined => {
  const expected = isUnwrapping(node.name) ? UNWRAPPING[node.name] : undefined
  if (expected === undefined) return undefined
  const type = context.check(receiver, context)
  if (type.kind === 'secret') return ANY
  const [other] = node.args
  const otherType =
    other === undefined ? ANY : node.name === 'or' ? context.check(other, context) : checkPresent(other, context)
  if (node.args.length !== expected)
    context.report('type_mismatch', node.nameSpan, {
      message: `'${node.name}' gets ${node.args.length} arguments: expected ${expected}`,
    })
  if (node.name === 'hasValue') return BOOLEAN
  if (node.name === 'value') return unwrap(type)
  const union = unionOf([withoutNull(unwrap(type)), unwrap(otherType)])
  return node.name === 'or' ? optionalOf(union) : union
}

const reportCount = (node: CallExpression, { name, signature }: FunctionEntry, context: CheckContext): void => {
  const isPair = (name === 'min' || name === 'max') && node.receiver === undefined && node.args.length > 1
  context.report('type_mismatch', node, {
    message: `'${name}' gets ${node.args.length} arguments: expected ${signature}`,
    hint: isPair ? `write ${name}([${node.args.map((part) => textOf(part, context)).join(', ')}])` : undefined,
  })
}
