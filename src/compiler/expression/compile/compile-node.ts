import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { Evaluation, fail } from '../evaluation.ts'
import { type Expression, type ListExpression, type MapExpression, partsOf } from '../expression.ts'
import { compileField, compileHas, compileIndex, compileName } from './compile-access.ts'
import { compileCall } from './compile-call.ts'
import { compileMacro } from './compile-macro.ts'
import { compileBinary, compileConditional, compileUnary } from './compile-operator.ts'
import { type CompileContext, compileValueOf, type Run, type RunValue } from './context.ts'

/** The closure that evaluates a node. */
export const compileNode = (node: Expression, context: CompileContext): Run => {
  switch (node.kind) {
    case 'literal': {
      const { value } = node
      return () => value
    }
    case 'name':
      return compileName(node, context)
    case 'field':
      return compileField(node, context)
    case 'index':
      return compileIndex(node, context)
    case 'call':
      return compileCall(node, context)
    case 'macro':
      return compileMacro(node, context)
    case 'has':
      return compileHas(node, context)
    case 'unary':
      return compileUnary(node, context)
    case 'binary':
      return compileBinary(node, context)
    case 'conditional':
      return compileConditional(node, context)
    case 'list':
      return once(node, compileList(node, context))
    case 'map':
      return once(node, compileMap(node, context))
  }
}

const compileList = ({ items }: ListExpression, context: CompileContext): RunValue => {
  const runs = items.map((item) => compileValueOf(item, context))
  return (evaluation) => {
    evaluation.charge(runs.length)
    return runs.map((run) => run(evaluation))
  }
}

const compileMap = ({ entries }: MapExpression, context: CompileContext): RunValue => {
  const runs = entries.map(({ key, value }) => ({
    position: key.start,
    key: compileValueOf(key, context),
    value: compileValueOf(value, context),
  }))
  return (evaluation) => {
    evaluation.charge(runs.length)
    const map: JsonObject = {}
    for (const run of runs) map[toKey(run.key(evaluation), run.position)] = run.value(evaluation)
    return map
  }
}

const toKey = (key: JsonValue, position: number): string => {
  if (typeof key !== 'string') return fail('a key of an object must be text', position)
  return key === '__proto__' ? fail("'__proto__' can't be a key", position) : key
}

/** A list or map that is written out in literals is built once, and frozen because all evaluations share it. */
const once = (node: ListExpression | MapExpression, run: RunValue): RunValue => {
  if (!isWrittenOut(node) || hasBadKey(node)) return run
  const value = freeze(run(new Evaluation(undefined, [])))
  return () => value
}

const isWrittenOut = (node: Expression): boolean => {
  if (node.kind === 'literal') return true
  return (node.kind === 'list' || node.kind === 'map') && partsOf(node).every(isWrittenOut)
}

const hasBadKey = (node: Expression): boolean => {
  if (node.kind === 'list') return node.items.some(hasBadKey)
  if (node.kind !== 'map') return false
  return node.entries.some(
    ({ key, value }) =>
      key.kind !== 'literal' || typeof key.value !== 'string' || key.value === '__proto__' || hasBadKey(value),
  )
}

const freeze = (value: JsonValue): JsonValue => {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) freeze(part)
  Object.freeze(value)
  return value
}
