/** The loop of a macro: its elements, its variables, and the cost of an element. */
import { isJsonObject, type JsonValue } from '../../../core/json.ts'
import { describeValue, type Evaluation, fail, type Value } from '../evaluation.ts'
import { countNodes, type MacroExpression } from '../expression.ts'
import { type CompileContext, compileValueOf } from './context.ts'

export interface Elements {
  items: readonly JsonValue[]
  /** The keys of an object whose values are the items. */
  keys?: readonly string[]
}

export interface Loop {
  node: MacroExpression
  outer: CompileContext
  /** With the variables in scope. */
  inner: CompileContext
  read(evaluation: Evaluation): Elements
  /** Charges the element, and sets the variables. */
  visit(evaluation: Evaluation, elements: Elements, at: number): void
  /** Slot of the first variable: the total of `reduce`. */
  firstSlot: number
}

/** An item costs one visit, and one more for each so many nodes of its body. */
const NODES_A_VISIT = 32

export const createLoop = (node: MacroExpression, context: CompileContext): Loop => {
  const list = compileValueOf(node.list, context)
  const [first, second] = node.variables
  const firstSlot = context.allocate()
  const locals = new Map(context.locals).set(first.name, firstSlot)
  const secondSlot = second === undefined ? firstSlot : context.allocate()
  if (second !== undefined) locals.set(second.name, secondSlot)
  const hasKeys = second !== undefined && node.macro !== 'reduce'
  const cost = 1 + Math.floor((countNodes(node.body) + (node.filter ? countNodes(node.filter) : 0)) / NODES_A_VISIT)
  return {
    node,
    outer: context,
    inner: { ...context, locals },
    firstSlot,
    read: (evaluation) => toElements(list(evaluation), { node, hasKeys }),
    visit: hasKeys
      ? (evaluation, { items, keys }, at) => {
          evaluation.charge(cost)
          evaluation.locals[firstSlot] = keys === undefined ? at : keys[at]
          evaluation.locals[secondSlot] = items[at]
        }
      : (evaluation, { items }, at) => {
          evaluation.charge(cost)
          evaluation.locals[secondSlot] = items[at]
        },
  }
}

/** A list's items; the values of an object, with its keys, or its keys alone. */
const toElements = (value: Value, { node, hasKeys }: { node: MacroExpression; hasKeys: boolean }): Elements => {
  if (Array.isArray(value)) return { items: value }
  if (!isJsonObject(value))
    return fail(`'${node.macro}' takes a list or an object, got ${describeValue(value)}`, node.nameSpan.start)
  return hasKeys ? { items: Object.values(value), keys: Object.keys(value) } : { items: Object.keys(value) }
}
