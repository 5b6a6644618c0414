/** Parts of what entering a step evaluates: compiled once, called at every visit. */
import { Fault } from '../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Step, ValueNode } from '../document.ts'
import { type Bindings, compileValue } from '../expression/compile-expression.ts'
import type { Entered, MachineContext } from '../machine-context.ts'

type Enter = (context: MachineContext) => Entered

/** @throws Fault `expression_failed` */
export type Evaluate = (context: MachineContext) => JsonValue

/** Turns the result of an expression into a condition; anything but true or false is a fault. */
export const toCondition =
  <Context>(evaluate: (context: Context) => JsonValue, what: string): ((context: Context) => boolean) =>
  (context) => {
    const value = evaluate(context)
    if (typeof value === 'boolean') return value
    const message = `'${what}' is not a condition: expected true or false, got ${JSON.stringify(value)}`
    throw new Fault('expression_failed', message)
  }

/** A key of a step, and the words for the values that it takes. */
interface ExpectedAt {
  key: string
  step: string
  words: string
}

/** Passes on a value that fits its key. @throws (the result) Fault `expression_failed` */
export const expecting =
  <T extends JsonValue>(
    evaluate: Evaluate,
    { fits, ...expected }: ExpectedAt & { fits: (value: JsonValue) => value is T },
  ): ((context: MachineContext) => T) =>
  (context) => {
    const value = evaluate(context)
    if (fits(value)) return value
    throw toMisfit(expected, value)
  }

export const isFilledText = (value: JsonValue): value is string => typeof value === 'string' && value !== ''

/** The fault of a value that an expression gave, and that does not fit its key. `why` completes the message. */
export const toMisfit = ({ key, step, words }: ExpectedAt, value: JsonValue, why?: string): Fault => {
  const got = JSON.stringify(value).slice(0, LONGEST_SHOWN)
  const message = `'${key}' of step '${step}': expected ${words}, got ${got}${why === undefined ? '' : `; ${why}`}`
  return new Fault('expression_failed', message)
}

const LONGEST_SHOWN = 80

export const toInput =
  (evaluate: Evaluate): Enter =>
  (context) => ({ kind: 'input', input: evaluate(context) })

/** Enters a block of the machine's own; `count` is the iteration of a loop that begins. */
export const enterBlock =
  (count: number): Enter =>
  () => ({ kind: 'block', count })

/** The value as given, or an empty object. */
export const valueOrEmpty = <Env>(node: ValueNode | undefined, bindings: Bindings<Env>): ((env: Env) => JsonValue) =>
  node === undefined ? () => ({}) : compileValue(node, bindings)

/** Enters a call of an actor, whose input is `with`. */
export const enterCall = (step: Step & { with?: ValueNode }, bindings: Bindings<MachineContext>): Enter =>
  withKey(step, valueOrEmpty(step.with, bindings), bindings)

/** Adds the idempotency key, where the step gives one. */
export const withKey = (step: Step, evaluate: Evaluate, bindings: Bindings<MachineContext>): Enter => {
  if (step.key === undefined) return toInput(evaluate)
  const key = compileValue(step.key, bindings)
  return (context) => {
    const value = key(context)
    if (typeof value === 'string' || typeof value === 'number')
      return { kind: 'input', input: evaluate(context), key: String(value) }
    throw toMisfit({ key: 'key', step: step.id.value, words: 'text' }, value)
  }
}

export const combine = (fields: Record<string, Evaluate>): Evaluate => {
  const entries = Object.entries(fields)
  return (context) => {
    const combined: JsonObject = {}
    for (const [name, evaluate] of entries) combined[name] = evaluate(context)
    return combined
  }
}

export const toText = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value))
