import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { Evaluation, fail } from '../evaluation.ts'
import type { Expression, ListExpression, MapExpression } from '../expression.ts'
import { toKey } from '../object-key.ts'
import { compileField, compileHas, compileIndex, compileName } from './compile-access.ts'
import { compileCall } from './compile-call.ts'
import { compileBind, compileMacro } from './compile-macro.ts'
import { compileBinary, compileConditional, compileUnary } from './compile-operator.ts'
import { type CompileContext, compileValueOf, type Run, type RunValue } from './context.ts'

const compileList = (node: ListExpression, context: CompileContext): RunValue => {
  if (node.optional.size > 0) return compileListWithGaps(node, context)
  const { items } = node
  const runs = items.map((item) => compileValueOf(item, context))
  return (evaluation) => {
    evaluation.charge(runs.length)
    return runs.map((run) => run(evaluation))
  }
}

const compileListWithGaps = ({ items, optional }: ListExpression, context: CompileContext): RunValue => {
  const runs = items.map((item) =>
    optional.has(item) ? context.compile(item, context) : compileValueOf(item, context),
  )
  return (evaluation) => {
    evaluation.charge(runs.length)
    const list: JsonValue[] = []
    for (const run of runs) {
      const value = run(evaluation)
      if (value !== undefined) list.push(value)
    }
    return list
  }
}

const compileMap = ({ entries }: MapExpression, context: CompileContext): RunValue => {
  const runs = entries.map(({ key, value, optional }) => ({
    position: key.start,
    key: compileValueOf(key, context),
    value: optional ? context.compile(value, context) : compileValueOf(value, context),
  }))
  const mayRepeat = !hasDistinctKeys(entries)
  return (evaluation) => {
    evaluation.charge(runs.length)
    const map: JsonObject = {}
    for (const run of runs) {
      const key = toKey(run.key(evaluation), run.position)
      const value = run.value(evaluation)
      if (value === undefined) continue
      if (mayRepeat && Object.hasOwn(map, key)) fail(`the object has the key '${key}' twice`, run.position)
      map[key] = value
    }
    return map
  }
}

const hasDistinctKeys = (entries: MapExpression['entries']): boolean =>
  entries.every(({ key }) => isTextKey(key)) &&
  new Set(entries.map(({ key }) => key.kind === 'literal' && key.value)).size === entries.length

/** A list or map that is written out in literals is built once, and frozen because all evaluations share it. */
const once = (node: ListExpression | MapExpression, run: RunValue): RunValue => {
  if (!isWrittenOut(node)) return run
  const value = freeze(run(new Evaluation(undefined, [])))
  return () => value
}

/** False for a map that fails when it is evaluated, by one of its keys. */
const isWrittenOut = (node: Expression): boolean => {
  if (node.kind === 'literal') return true
  if (node.kind === 'list') return node.items.every(isWrittenOut)
  return node.kind === 'map' && hasDistinctKeys(node.entries) && node.entries.every(({ value }) => isWrittenOut(value))
}

const isTextKey = (key: Expression): boolean =>
  key.kind === 'literal' && typeof key.value === 'string' && key.value !== '__proto__'

const freeze = (value: JsonValue): JsonValue => {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) freeze(part)
  Object.freeze(value)
  return value
}

type Compilers = { [K in Expression['kind']]: (node: Extract<Expression, { kind: K }>, context: CompileContext) => Run }

const COMPILERS: Compilers = {
  literal:
    ({ value }) =>
    () =>
      value,
  name: compileName,
  field: compileField,
  index: compileIndex,
  call: compileCall,
  macro: compileMacro,
  bind: compileBind,
  has: compileHas,
  unary: compileUnary,
  binary: compileBinary,
  conditional: compileConditional,
  list: (node, context) => once(node, compileList(node, context)),
  map: (node, context) => once(node, compileMap(node, context)),
}

/** Returns the closure that evaluates a node. */
export const compileNode = <K extends Expression['kind']>(
  node: Extract<Expression, { kind: K }>,
  context: CompileContext,
): Run => COMPILERS[node.kind as K](node, context)
