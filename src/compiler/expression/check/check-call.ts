import { countOf } from '../../../core/count.ts'
import type { CallExpression, Expression, MacroExpression } from '../expression.ts'
import { findFunction, isUnwrapping, UNWRAPPING } from '../function-table.ts'
import { countVerbs } from '../functions/format.ts'
import type { FunctionEntry } from '../functions/function-entry.ts'
import { compilePattern } from '../regular-expression.ts'
import {
  ANY,
  BOOLEAN,
  describeType,
  listOf,
  membersOf,
  optionalOf,
  STRING,
  type Type,
  unionOf,
  unwrap,
  withoutNull,
} from '../type.ts'
import { checkCondition } from './check-operator.ts'
import { reportUnknownFunction } from './check-unknown-function.ts'
import { type CheckContext, checkExpected, checkNotNull, checkPresent, textOf, withFacts } from './context.ts'
import { factsWhen } from './narrow.ts'

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
    const taker = `'${entry.name}' takes ${describeType(expected)}${nodes.length > 1 ? ` as its ${parameter?.name}` : ''}`
    return expected.kind === 'any' ? checkPresent(part, context) : checkExpected(part, { expected, taker }, context)
  })
  if (entry.name === 'matches') checkPattern(nodes[1], context)
  if (entry.name === 'format') checkFormat(nodes, context)
  return typeof entry.result === 'function' ? entry.result(types) : entry.result
}

const checkPattern = (node: Expression | undefined, context: CheckContext): void => {
  if (node?.kind !== 'literal' || typeof node.value !== 'string') return
  const compiled = compilePattern(node.value)
  if (!compiled.ok)
    context.report('invalid_regular_expression', node, {
      message: `${textOf(node, context)} is no regular expression: ${compiled.message}`,
      hint: 'patterns are those of RE2: no backreferences, no lookaround',
    })
}

const checkFormat = ([text, list]: readonly Expression[], context: CheckContext): void => {
  if (text?.kind !== 'literal' || typeof text.value !== 'string' || list?.kind !== 'list') return
  const expected = countVerbs(text.value)
  if (list.items.length !== expected)
    context.report('type_mismatch', list, {
      message: `'format' gets ${countOf(list.items.length, 'value')}: expected ${expected}, one for each % in ${textOf(text, context)}`,
    })
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

export const checkMacro = (node: MacroExpression, context: CheckContext): Type => {
  const list = checkNotNull(node.list, context)
  const item = unionOf(membersOf(list).map((member) => itemOf(member, node, context)))
  const { name } = node.variable
  const path = `${name}#${node.variable.start}`
  const inner = { ...context, locals: new Map(context.locals).set(name, { type: item, path }) }
  if (node.macro !== 'map') {
    checkCondition(node.body, inner)
    return node.macro === 'filter' ? listOf(factsWhen(true, node.body, inner).get(path) ?? item) : BOOLEAN
  }
  if (node.filter === undefined) return listOf(checkPresent(node.body, inner))
  checkCondition(node.filter, inner)
  return listOf(checkPresent(node.body, withFacts(inner, factsWhen(true, node.filter, inner))))
}

/** The items of a list, the keys of an object. */
const itemOf = (type: Type, node: MacroExpression, context: CheckContext): Type => {
  if (type.kind === 'list') return type.item
  if (type.kind === 'object') return STRING
  if (type.kind !== 'any' && type.kind !== 'never')
    context.report('type_mismatch', node.list, {
      message: `'${node.macro}' takes a list or an object: '${textOf(node.list, context)}' is ${describeType(type)}`,
    })
  return ANY
}
