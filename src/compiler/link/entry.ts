/** What entering a step evaluates, by kind: compiled once, called at every visit. Throws Fault `expression_failed`. */

import { parseDuration } from '../../core/duration.ts'
import { Fault } from '../../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { countElements } from '../../core/value-size.ts'
import type { LlmStep, Step, SwitchStep, ValueNode, WaitStep } from '../document.ts'
import { type Bindings, compileExpression, compileValue } from '../expression/compile-expression.ts'
import type { Entered, MachineContext } from '../machine-context.ts'

type Enter = (context: MachineContext) => Entered
type Evaluate = (context: MachineContext) => JsonValue

export const compileEntry = (step: Step, bindings: Bindings<MachineContext>): Enter => {
  const value = (node: ValueNode | undefined): Evaluate =>
    node === undefined ? () => ({}) : compileValue(node, bindings)
  switch (step.kind) {
    case 'set':
      return toInput(bounded(step.id.value, value(step.values)))
    case 'llm':
      return toInput(compileLlm(step, bindings))
    case 'tool':
    case 'memory':
    case 'code':
    case 'workflow':
      return withKey(step, value(step.with), bindings)
    case 'emit':
      return withKey(step, combine({ event: value(step.event), data: value(step.with) }), bindings)
    case 'approve':
      return toInput(
        combine({
          title: value(step.title),
          ...(step.show === undefined ? {} : { show: compileExpression(step.show, bindings) }),
          ...(step.by === undefined ? {} : { by: value(step.by) }),
        }),
      )
    case 'foreach':
      return toInput(asList(step.id.value, compileExpression(step.items, bindings)))
    case 'wait':
      return compileWait(step, bindings)
    case 'fail':
      return compileFail(step.code.value, value(step.message))
    case 'switch':
      return compileSwitch(step, bindings)
    case 'loop':
      return () => ({ kind: 'block', count: step.test.kind === 'until' ? 1 : 0 })
    case 'parallel':
    case 'do':
      return () => ({ kind: 'block', count: 0 })
  }
}

/** A condition; anything but true or false is a fault. */
export const toCondition =
  (evaluate: Evaluate, what: string): ((context: MachineContext) => boolean) =>
  (context) => {
    const value = evaluate(context)
    if (typeof value === 'boolean') return value
    throw new Fault(
      'expression_failed',
      `'${what}' is not a condition: expected true or false, got ${JSON.stringify(value)}`,
    )
  }

const toInput =
  (evaluate: Evaluate): Enter =>
  (context) => ({ kind: 'input', input: evaluate(context) })

/** A `set` in a loop may hold its own last value several times over: without a bound it would double at each turn. */
const LARGEST_SET = 1_000_000

const bounded =
  (id: string, evaluate: Evaluate): Evaluate =>
  (context) => {
    const value = evaluate(context)
    if (countElements(value) <= LARGEST_SET) return value
    throw new Fault('too_large', `the value of step '${id}' has more than ${LARGEST_SET} elements`)
  }

const withKey = (step: Step, evaluate: Evaluate, bindings: Bindings<MachineContext>): Enter => {
  if (step.key === undefined) return toInput(evaluate)
  const key = compileValue(step.key, bindings)
  return (context) => {
    const value = key(context)
    if (typeof value === 'string' || typeof value === 'number')
      return { kind: 'input', input: evaluate(context), key: String(value) }
    throw new Fault(
      'expression_failed',
      `'key' of step '${step.id.value}': expected text, got ${JSON.stringify(value)}`,
    )
  }
}

const combine = (fields: Record<string, Evaluate>): Evaluate => {
  const entries = Object.entries(fields)
  return (context) => {
    const combined: JsonObject = {}
    for (const [name, evaluate] of entries) combined[name] = evaluate(context)
    return combined
  }
}

/** The part of a model call that depends on the run: `{ messages, params }`. */
const compileLlm = (step: LlmStep, bindings: Bindings<MachineContext>): Evaluate => {
  const system = step.system && compileValue(step.system, bindings)
  const prompt = step.prompt && compileValue(step.prompt, bindings)
  const messages = step.messages && compileValue(step.messages, bindings)
  const params = step.params && compileValue(step.params, bindings)
  const images = step.images && compileValue(step.images, bindings)
  return (context) => {
    const given = messages?.(context) ?? []
    const said = [
      ...(system === undefined ? [] : [{ role: 'system', content: toText(system(context)) }]),
      ...(Array.isArray(given) ? given : [given]),
      ...(prompt === undefined ? [] : [{ role: 'user', content: toText(prompt(context)) }]),
    ]
    return {
      messages: images === undefined ? said : withImages(said, images(context)),
      params: params?.(context) ?? {},
    }
  }
}

/** Images belong to the last message of the user. */
const withImages = (messages: readonly JsonValue[], images: JsonValue): JsonValue[] => {
  const last = messages.findLastIndex((message) => isJsonObject(message) && message.role === 'user')
  const list = Array.isArray(images) ? images : [images]
  const asked = last < 0 ? [...messages, { role: 'user', content: '' }] : messages
  const place = last < 0 ? messages.length : last
  return asked.map((message, index) => (index === place ? { ...(message as JsonObject), images: list } : message))
}

const toText = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value))

const asList =
  (id: string, evaluate: Evaluate): Evaluate =>
  (context) => {
    const items = evaluate(context)
    if (Array.isArray(items)) return items
    throw new Fault(
      'expression_failed',
      `'foreach' of step '${id}': expected a list, got ${JSON.stringify(items).slice(0, 80)}`,
    )
  }

const compileWait = ({ id, wait }: WaitStep, bindings: Bindings<MachineContext>): Enter => {
  if (wait.kind === 'for') return () => ({ kind: 'wait', delayMs: wait.durationMs.value })
  if (wait.kind === 'event') return toInput(() => ({ event: wait.event.value }))
  const evaluate = compileExpression(wait.expression, bindings)
  return (context) => {
    const value = evaluate(context)
    if (wait.kind === 'for-expression') {
      const delayMs = toDelay(value)
      if (delayMs !== undefined) return { kind: 'wait', delayMs }
      throw new Fault(
        'expression_failed',
        `'for' of step '${id.value}': expected a duration such as 10m, got ${JSON.stringify(value)}`,
      )
    }
    const until = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN
    if (Number.isFinite(until)) return { kind: 'wait', delayMs: Math.max(0, until - context.at) }
    throw new Fault(
      'expression_failed',
      `'until' of step '${id.value}': expected a point in time (RFC 3339 text or epoch milliseconds), got ${JSON.stringify(value)}`,
    )
  }
}

const toDelay = (value: JsonValue): number | undefined => {
  if (typeof value === 'number') return value >= 0 ? value : undefined
  return typeof value === 'string' ? parseDuration(value) : undefined
}

const compileFail =
  (code: string, message: Evaluate): Enter =>
  (context) => ({ kind: 'fault', fault: { code, message: toText(message(context)), retryable: false } })

const compileSwitch = ({ id, cases }: SwitchStep, bindings: Bindings<MachineContext>): Enter => {
  const conditions = cases.map(({ when }, index) =>
    when === undefined
      ? () => true
      : toCondition(compileExpression(when, bindings), `when of case ${index + 1} of step ${id.value}`),
  )
  return (context) => ({ kind: 'case', index: conditions.findIndex((condition) => condition(context)) })
}
