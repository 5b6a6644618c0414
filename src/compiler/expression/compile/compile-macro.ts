import { isJsonObject, type JsonValue } from '../../../core/json.ts'
import { describeValue, type Evaluation, fail, type Value } from '../evaluation.ts'
import { countNodes, type Expression, type MacroExpression } from '../expression.ts'
import { isAnywhere } from './absorb.ts'
import { compileCondition } from './compile-operator.ts'
import { type CompileContext, compileValueOf, type Run, type RunValue } from './context.ts'

/** An item costs one visit, and one more for each so many nodes of its body. */
const NODES_A_VISIT = 32

export const compileMacro = (node: MacroExpression, context: CompileContext): Run => {
  const list = compileValueOf(node.list, context)
  const slot = context.allocate()
  const inner = { ...context, locals: new Map(context.locals).set(node.variable.name, slot) }
  const cost = 1 + Math.floor((countNodes(node.body) + countFilter(node.filter)) / NODES_A_VISIT)
  const items = (evaluation: Evaluation): readonly JsonValue[] => toItems(list(evaluation), node)
  const visit = (evaluation: Evaluation, item: JsonValue): void => {
    evaluation.charge(cost)
    evaluation.locals[slot] = item
  }
  if (node.macro === 'map') return compileMap(node, { items, visit, context: inner })
  const test = compileCondition(node.body, inner)
  const visited = (evaluation: Evaluation, item: JsonValue): boolean => {
    visit(evaluation, item)
    return test(evaluation)
  }
  switch (node.macro) {
    case 'all':
      return context.absorbs
        ? (evaluation) =>
            !isAnywhere(false, items(evaluation), { test: (item) => visited(evaluation, item), evaluation })
        : (evaluation) => items(evaluation).every((item) => visited(evaluation, item))
    case 'exists':
      return context.absorbs
        ? (evaluation) => isAnywhere(true, items(evaluation), { test: (item) => visited(evaluation, item), evaluation })
        : (evaluation) => items(evaluation).some((item) => visited(evaluation, item))
    case 'exists_one':
      return (evaluation) => items(evaluation).filter((item) => visited(evaluation, item)).length === 1
    case 'filter':
      return (evaluation) => items(evaluation).filter((item) => visited(evaluation, item))
  }
}

const countFilter = (filter: Expression | undefined): number => (filter === undefined ? 0 : countNodes(filter))

/** A list's items, an object's keys. */
const toItems = (value: Value, node: MacroExpression): readonly JsonValue[] => {
  if (Array.isArray(value)) return value
  if (isJsonObject(value)) return Object.keys(value)
  return fail(`'${node.macro}' takes a list or an object, got ${describeValue(value)}`, node.nameSpan.start)
}

interface MapParts {
  items: (evaluation: Evaluation) => readonly JsonValue[]
  visit: (evaluation: Evaluation, item: JsonValue) => void
  context: CompileContext
}

const compileMap = (node: MacroExpression, { items, visit, context }: MapParts): RunValue => {
  const body = compileValueOf(node.body, context)
  const filter = node.filter === undefined ? undefined : compileCondition(node.filter, context)
  return (evaluation) => {
    const result: JsonValue[] = []
    for (const item of items(evaluation)) {
      visit(evaluation, item)
      if (filter === undefined || filter(evaluation)) result.push(body(evaluation))
    }
    return result
  }
}
