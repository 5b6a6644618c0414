/**
 * Compiles expressions and values to closures: the hot path of a run. All parsing and all look-up of names happen here, once;
 * an evaluation only calls closures. A failure in it is always the fault `expression_failed`.
 */
import { Fault } from '../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { sizeOf } from '../../core/value-size.ts'
import type { ExpressionText, MapNode, ValueNode } from '../value-node.ts'
import { mayAbsorb } from './compile/absorb.ts'
import { compileNode } from './compile/compile-node.ts'
import type { CompileContext, Read } from './compile/context.ts'
import { compileValueOf } from './compile/context.ts'
import {
  chargeTree,
  Evaluation,
  ExpressionFailure,
  fail,
  isAbsorbable,
  RESULT_BUDGET,
  textWork,
  type Work,
  writeJson,
} from './evaluation.ts'
import { type Expression, partsOf } from './expression.ts'
import type { MacroName } from './macro-forms.ts'
import { parseExpression } from './parse-expression.ts'
import { secretName } from './secret-places.ts'
import { countWork, evaluateInPace } from './work-pace.ts'

/** Resolves the names of expressions, once for each name, when an expression is compiled. */
export interface Bindings<Env> {
  /** Undefined: no such name. The reader gives undefined while the name has no value. */
  root(name: string): ((env: Env) => JsonValue | undefined) | undefined
  /** The step's record `{ status, output?, error?, attempts }`; before its first end one whose status is `pending`. */
  step(id: string): ((env: Env) => JsonValue | undefined) | undefined
}

/**
 * The result of the returned function is plain JSON and may share parts with the environment: it must not be changed.
 * @throws Fault `expression_failed` from the returned function, details `{ expression, position, reason }`. Compiling never throws.
 */
export const compileExpression = <Env>(
  { text }: Pick<ExpressionText, 'text'>,
  bindings: Bindings<Env>,
): ((env: Env) => JsonValue) => {
  const parsed = parseExpression(text)
  if (!parsed.ok) return () => raise(new ExpressionFailure(parsed.message, parsed.index), { text, position: 0 })
  const { ast } = parsed
  const fails: OnFailure<Env> = ({ error, position }) => raise(error, { text, position })
  if (!mayAbsorb(ast)) return compileTree(ast, { text, bindings, absorbs: false, onFailure: fails })
  let second: ((env: Env) => JsonValue) | undefined
  const onFailure: OnFailure<Env> = (failed, env) => {
    if (!isAbsorbable(failed.error)) return fails(failed, env)
    second ??= compileTree(ast, { text, bindings, absorbs: true, onFailure: fails })
    return second(env)
  }
  return compileTree(ast, { text, bindings, absorbs: false, onFailure })
}

type OnFailure<Env> = (failed: { error: unknown; position: number }, env: Env) => JsonValue

interface Tree<Env> extends Pick<CompileContext, 'text' | 'absorbs'> {
  bindings: Bindings<Env>
  onFailure: OnFailure<Env>
}

const compileTree = <Env>(
  ast: Expression,
  { text, bindings, absorbs, onFailure }: Tree<Env>,
): ((env: Env) => JsonValue) => {
  let slots = 0
  const run = compileValueOf(ast, {
    text,
    // A reader is only ever called with the environment that the function below was given.
    root: (name) => bindings.root(name) as Read | undefined,
    step: (id) => bindings.step(id) as Read | undefined,
    absorbs,
    locals: new Map(),
    allocate: () => slots++,
    compile: compileNode,
  } satisfies CompileContext)
  const isGrowing = mayGrow(ast)
  const evaluate = (env: Env): JsonValue => {
    const evaluation = new Evaluation(env, slots === 0 ? NO_LOCALS : [])
    try {
      const value = run(evaluation)
      countWork(evaluation.spent)
      if (isGrowing) chargeResult(value)
      return value
    } catch (error) {
      countWork(evaluation.spent)
      return onFailure({ error, position: evaluation.position }, env)
    }
  }
  return (env) => evaluateInPace(evaluate, env)
}

const chargeResult = (value: JsonValue): void => {
  const work = new Evaluation(undefined, NO_LOCALS, RESULT_BUDGET)
  try {
    chargeTree(value, work)
  } finally {
    countWork(Math.floor(work.spent / RESULT_VISITS_A_VISIT))
  }
}

/** To visit an element of a result takes a tenth of the time. */
const RESULT_VISITS_A_VISIT = 10

const NO_LOCALS: never[] = []

/** Only with a variable can a short expression mention one value often enough to make a huge result of it. */
const mayGrow = (node: Expression): boolean =>
  node.kind === 'bind' || (node.kind === 'macro' && BUILDS.has(node.macro)) || partsOf(node).some(mayGrow)

/** Macros that build values of their bodies. */
const BUILDS: ReadonlySet<MacroName> = new Set(['map', 'transformList', 'transformMap', 'transformMapEntry', 'reduce'])

const LONGEST_SHOWN = 200

const raise = (error: unknown, { text, position }: { text: string; position: number }): never => {
  const failure =
    error instanceof RangeError ? new ExpressionFailure('a value is nested too deeply or too large') : error
  if (!(failure instanceof ExpressionFailure)) throw error
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}…` : text
  throw new Fault(failure.code, `expression '${shown}' failed: ${failure.reason}`, {
    details: { expression: text, position: failure.position ?? position, reason: failure.reason },
  })
}

type Compiled<Env> = { constant: JsonValue } | { run: (env: Env) => JsonValue }

/**
 * Compiles a value in which strings may be or hold expressions. Parts without expressions are built once and frozen; a string
 * that is one expression keeps the expression's type.
 * @throws Fault `expression_failed` from the returned function, as `compileExpression`. Compiling never throws.
 */
export const compileValue = <Env>(node: ValueNode, bindings: Bindings<Env>): ((env: Env) => JsonValue) =>
  toRun(compile(node, bindings))

const toRun = <Env>(compiled: Compiled<Env>): ((env: Env) => JsonValue) => {
  if ('run' in compiled) return compiled.run
  const { constant } = compiled
  return () => constant
}

const compile = <Env>(node: ValueNode, bindings: Bindings<Env>): Compiled<Env> => {
  switch (node.kind) {
    case 'literal':
      return { constant: node.value }
    case 'expression':
      return { run: compileExpression(node.expression, bindings) }
    case 'template':
      return compileTemplate(node.parts, bindings)
    case 'list':
      return compileItems(node.items, bindings)
    case 'map':
      return compileEntries(node.entries, bindings)
  }
}

const compileItems = <Env>(items: ValueNode[], bindings: Bindings<Env>): Compiled<Env> => {
  const compiled = items.map((item) => compile(item, bindings))
  const constants = compiled.flatMap((item) => ('constant' in item ? [item.constant] : []))
  if (constants.length === compiled.length) return { constant: Object.freeze(constants) as JsonValue[] }
  const runs = compiled.map(toRun)
  return { run: (env) => runs.map((run) => run(env)) }
}

const compileEntries = <Env>(entries: MapNode['entries'], bindings: Bindings<Env>): Compiled<Env> => {
  const compiled = entries.map(({ key, value }) => ({ key: key.value, value: compile(value, bindings) }))
  const runs = compiled.map(({ key, value }) => ({ key, run: toRun(value) }))
  const build = (env: Env): JsonObject => {
    const object: JsonObject = {}
    for (const { key, run } of runs) setOwn(object, key, run(env))
    return object
  }
  if (compiled.some(({ value }) => 'run' in value)) return { run: build }
  const constant: JsonObject = {}
  for (const { key, value } of compiled) if ('constant' in value) setOwn(constant, key, value.constant)
  return { constant: Object.freeze(constant) }
}

const setOwn = (object: JsonObject, key: string, value: JsonValue): void => {
  if (key !== '__proto__') object[key] = value
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}

const compileTemplate = <Env>(parts: (string | ExpressionText)[], bindings: Bindings<Env>): Compiled<Env> => {
  if (parts.some((part) => secretName(part) !== undefined)) return compileSecretText(parts, bindings)
  const runs = parts.map((part) => (typeof part === 'string' ? part : compileText(part, bindings)))
  if (runs.every((run) => typeof run === 'string')) return { constant: runs.join('') }
  return {
    run: inPace((env, work) => {
      let text = ''
      for (const run of runs) text += typeof run === 'string' ? run : run(env, work)
      return text
    }),
  }
}

/** Writes a value into a text. Its size is counted first, once for each value; one that is nested too deeply is left to the writer. */
const insertJson = (value: JsonValue, work: Work): string => {
  const size = sizeOf(value)
  if (Number.isFinite(size)) work.charge(Math.floor(size / 128))
  return writeJson(value, work)
}

/** Keeps the parts of the text apart, so that the secrets are put in where the text is used. */
const compileSecretText = <Env>(parts: (string | ExpressionText)[], bindings: Bindings<Env>): Compiled<Env> => {
  const runs = parts.map((part): ((env: Env, work: Work) => JsonValue) => {
    if (typeof part === 'string') return () => part
    return secretName(part) === undefined ? compileText(part, bindings) : compileExpression(part, bindings)
  })
  return { run: inPace((env, work) => ({ $text: runs.map((run) => run(env, work)) })) }
}

/** One piece of work, in the pace of the caller. */
const inPace = <Env>(write: (env: Env, work: Work) => JsonValue): ((env: Env) => JsonValue) => {
  const evaluate = (env: Env): JsonValue => {
    const work = new Evaluation(undefined, NO_LOCALS)
    try {
      return write(env, work)
    } finally {
      countWork(work.spent)
    }
  }
  return (env) => evaluateInPace(evaluate, env)
}

/** Texts stay as they are, other values become JSON; null is a mistake. The work is that of all parts of the whole text. */
const compileText = <Env>(part: ExpressionText, bindings: Bindings<Env>): ((env: Env, work: Work) => string) => {
  const run = compileExpression(part, bindings)
  return (env, work) => {
    const value = run(env)
    try {
      if (typeof value !== 'string') return value === null ? fail('null in a text') : insertJson(value, work)
      work.charge(textWork(value.length))
      return value
    } catch (error) {
      return raise(error, { text: part.text, position: 0 })
    }
  }
}
