import { isJsonObject, type JsonObject, type JsonValue, toCanonicalJson } from '../../../core/json.ts'
import { chargeTree, describeValue, type Evaluation, fail, writeJson } from '../evaluation.ts'
import type { BindExpression, MacroExpression } from '../expression.ts'
import type { MacroName } from '../macro-forms.ts'
import { toKey } from '../object-key.ts'
import { isAnywhere } from './absorb.ts'
import { compileCondition } from './compile-operator.ts'
import { type CompileContext, compileValueOf, type Run, type RunValue } from './context.ts'
import { createLoop, type Elements, type Loop } from './macro-loop.ts'

export const compileMacro = (node: MacroExpression, context: CompileContext): RunValue =>
  COMPILERS[node.macro](createLoop(node, context))

export const compileBind = (node: BindExpression, context: CompileContext): Run => {
  const slot = context.allocate()
  const inner = { ...context, locals: new Map(context.locals).set(node.variable.name, slot) }
  const body = node.optional === 'optMap' ? compileValueOf(node.body, inner) : context.compile(node.body, inner)
  const value = node.optional === undefined ? compileValueOf(node.value, context) : context.compile(node.value, context)
  const mayBeMissing = node.optional !== undefined
  return (evaluation) => {
    const bound = value(evaluation)
    if (mayBeMissing && (bound ?? null) === null) return undefined
    evaluation.locals[slot] = bound
    return body(evaluation)
  }
}

type Test = (evaluation: Evaluation, elements: Elements, at: number) => boolean

/** Visits an element, and evaluates the body as a condition. */
const compileTest = ({ node, visit, inner }: Loop): Test => {
  const test = compileCondition(node.body, inner)
  return (evaluation, elements, at) => {
    visit(evaluation, elements, at)
    return test(evaluation)
  }
}

/** `exists` is true if the test is true for an element, `all` is false if it is false for one. */
const compileQuantifier =
  (wanted: boolean) =>
  (loop: Loop): RunValue => {
    const test = compileTest(loop)
    const { read } = loop
    if (loop.inner.absorbs)
      return (evaluation) => {
        const elements = read(evaluation)
        const isFound = isAnywhere(wanted, elements.items.keys(), {
          test: (at) => test(evaluation, elements, at),
          evaluation,
        })
        return isFound === wanted
      }
    return (evaluation) => {
      const elements = read(evaluation)
      for (let at = 0; at < elements.items.length; at++) if (test(evaluation, elements, at) === wanted) return wanted
      return !wanted
    }
  }

const compileExistsOne = (loop: Loop): RunValue => {
  const filter = compileFilter(loop)
  return (evaluation) => filter(evaluation).length === 1
}

const compileFilter = (loop: Loop): ((evaluation: Evaluation) => JsonValue[]) => {
  const test = compileTest(loop)
  return (evaluation) => {
    const elements = loop.read(evaluation)
    return elements.items.filter((_, at) => test(evaluation, elements, at))
  }
}

/** Evaluates the body for each element that the filter lets through, and gives the results to `collect`. */
const compileBodies = ({ node, read, visit, inner }: Loop) => {
  const body = compileValueOf(node.body, inner)
  const filter = node.filter === undefined ? undefined : compileCondition(node.filter, inner)
  return (evaluation: Evaluation, collect: (result: JsonValue, at: number, elements: Elements) => void): void => {
    const elements = read(evaluation)
    for (let at = 0; at < elements.items.length; at++) {
      visit(evaluation, elements, at)
      if (filter === undefined || filter(evaluation)) collect(body(evaluation), at, elements)
    }
  }
}

const compileMap = (loop: Loop): RunValue => {
  const bodies = compileBodies(loop)
  return (evaluation) => {
    const results: JsonValue[] = []
    bodies(evaluation, (result) => results.push(result))
    return results
  }
}

const compileTransformMap = (loop: Loop): RunValue => {
  const bodies = compileBodies(loop)
  const position = loop.node.nameSpan.start
  return (evaluation) => {
    const results: JsonObject = {}
    bodies(evaluation, (result, at, { keys }) => {
      if (keys === undefined) fail("'transformMap' takes an object, got a list: an index is no key", position)
      else results[toKey(keys[at] ?? '', position)] = result
    })
    return results
  }
}

const compileTransformMapEntry = (loop: Loop): RunValue => {
  const bodies = compileBodies(loop)
  const { start } = loop.node.body
  return (evaluation) => {
    const results: JsonObject = {}
    bodies(evaluation, (result) => {
      if (!isJsonObject(result)) return fail(`an entry is ${describeValue(result)}: expected an object`, start)
      const entries = Object.entries(result)
      evaluation.charge(entries.length)
      for (const [key, value] of entries) {
        if (Object.hasOwn(results, key)) fail(`two entries have the key '${key}'`, start)
        results[toKey(key, start)] = value
      }
    })
    return results
  }
}

const compileReduce = ({ node, read, visit, outer, inner, firstSlot }: Loop): RunValue => {
  const initial = compileValueOf(node.initial ?? node.body, outer)
  const body = compileValueOf(node.body, inner)
  return (evaluation) => {
    const elements = read(evaluation)
    let total = initial(evaluation)
    for (let at = 0; at < elements.items.length; at++) {
      evaluation.locals[firstSlot] = total
      visit(evaluation, elements, at)
      total = body(evaluation)
    }
    return total
  }
}

const compileUniqueBy = (loop: Loop): RunValue => {
  const bodies = compileBodies(loop)
  return (evaluation) => {
    const seen = new Set<string>()
    const kept: JsonValue[] = []
    bodies(evaluation, (key, at, { items }) => {
      chargeTree(key, evaluation)
      const identity = writeJson(key, evaluation, toCanonicalJson)
      if (!seen.has(identity)) kept.push(items[at] ?? null)
      seen.add(identity)
    })
    return kept
  }
}

const compileGroupBy = (loop: Loop): RunValue => {
  const bodies = compileBodies(loop)
  const { start } = loop.node.body
  return (evaluation) => {
    const groups = new Map<string, JsonValue[]>()
    bodies(evaluation, (key, at, { items }) => {
      const name = toKey(key, start)
      const group = groups.get(name) ?? []
      if (group.length === 0) groups.set(name, group)
      group.push(items[at] ?? null)
    })
    return Object.fromEntries(groups)
  }
}

const COMPILERS: Record<MacroName, (loop: Loop) => RunValue> = {
  all: compileQuantifier(false),
  exists: compileQuantifier(true),
  exists_one: compileExistsOne,
  filter: compileFilter,
  map: compileMap,
  transformList: compileMap,
  transformMap: compileTransformMap,
  transformMapEntry: compileTransformMapEntry,
  reduce: compileReduce,
  unique_by: compileUniqueBy,
  group_by: compileGroupBy,
}
