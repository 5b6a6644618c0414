import { A_DURATION, explainCalendarDuration, parseDuration } from '../../core/duration.ts'
import { isFault } from '../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { A_POINT_IN_TIME, explainPointInTime, parsePointInTime } from '../../core/point-in-time.ts'
import { isComputed } from '../bound.ts'
import { checkFinalDuration } from '../check/final-steps.ts'
import { NOTHING } from '../check/known-types.ts'
import type { ExpressionText, KindStep, Located, StepOf, ValueNode } from '../document.ts'
import { compileExpression, compileValue } from '../expression/compile-expression.ts'
import { ANY, NUMBER, STRING, type Type, unionOf } from '../expression/type.ts'
import { checkExclusive } from '../grammar/exclusive-keys.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import { type Fields, type FromScalar, type RecordOf, record } from '../grammar/record-shape.ts'
import { duration, text } from '../grammar/scalar-shape.ts'
import { mapped, type Shape } from '../grammar/shape.ts'
import { expression, orComputed } from '../grammar/value-shape.ts'
import { createBindings, type ExpressionSite } from '../link/bindings.ts'
import { type Evaluate, toInput, toMisfit } from '../link/entry.ts'
import type { Places } from '../lower/exit.ts'
import { lowerAnswered, lowerPause } from '../lower/leaf.ts'
import type { MachineContext } from '../machine-context.ts'
import { findEntry } from '../read/yaml-node.ts'
import type { Enter, LinkedParts, StepDescriptor } from './step-descriptor.ts'
import { durationText, expressionText, valueText } from './wording.ts'

type Wait =
  | { kind: 'for'; durationMs: Located<number> }
  | { kind: 'for-expression'; expression: ExpressionText }
  /** Text around expressions, such as `${input.days}d`. */
  | { kind: 'for-text'; text: ValueNode }
  | { kind: 'until'; expression: ExpressionText }
  | { kind: 'event'; event: Located<string>; match?: ExpressionText }

type WaitFor = Extract<Wait, { kind: 'for' | 'for-expression' | 'for-text' }>

const waitFor: Shape<WaitFor> = mapped(orComputed(duration), (length): WaitFor => {
  if (!isComputed(length)) return { kind: 'for', durationMs: length }
  return length.kind === 'expression'
    ? { kind: 'for-expression', expression: length.expression }
    : { kind: 'for-text', text: length }
})

const WAIT_FIELDS = {
  for: { shape: waitFor, doc: 'How long, such as 10m.' },
  until: {
    shape: expression,
    doc: 'An expression for a point in time: RFC 3339 text or milliseconds since 1970, never a condition.',
  },
  event: { shape: text(), doc: 'The name of the event to wait for.' },
  match: { shape: expression, doc: 'A condition on `event`; other events are passed over.' },
} as const satisfies Fields

const toPauseMap: FromScalar = (value) =>
  typeof value === 'string' && parseDuration(value) !== undefined ? `{ for: ${value} }` : undefined

const waitShape: Shape<Wait> = mapped(
  record('a wait', WAIT_FIELDS, { fromScalar: toPauseMap }),
  (fields, node, { reading }) => {
    if (node.kind !== 'map') return undefined
    if (!checkExclusive(node, ['for', 'until', 'event'], { owner: 'a wait', required: true, reading })) return undefined
    const match = findEntry(node, 'match')
    if (match !== undefined && findEntry(node, 'event') === undefined)
      reading.diagnostics.error('excluded_keys', match.key.range, "'match' goes with 'event' only", 'remove it')
    return toWait(fields)
  },
)

const toWait = ({ for: pause, until, event, match }: RecordOf<typeof WAIT_FIELDS>): Wait | undefined => {
  if (until !== undefined) return { kind: 'until', expression: until }
  if (event === undefined) return pause
  return { kind: 'event', event, ...(match === undefined ? {} : { match }) }
}

const FIELDS = {
  wait: {
    shape: waitShape,
    doc: '`{ for: 10m }`, `{ until: expr }` or `{ event: name, match: expr }`.',
    required: true,
  },
} as const satisfies Fields

declare module '../document.ts' {
  interface StepKinds {
    wait: KindStep<'wait', typeof FIELDS>
  }
}

const TEXT_OR_NUMBER: Type = unionOf([STRING, NUMBER])

const WORDS = { for: A_DURATION, until: `${A_POINT_IN_TIME}, or epoch milliseconds` }

export const wait: StepDescriptor<'wait'> = {
  grammar: defineGrammar({
    owner: 'a wait step',
    doc: 'A durable pause. Output: `{}`, or the data of the event.',
    fields: FIELDS,
    foreign: ['sleep', 'delay'],
  }),
  check({ wait: pause }, { step, perform, event }, { expressions, diagnostics }) {
    if (pause.kind === 'for') {
      const hint = 'write wait: { for: 5m }, or less'
      checkFinalDuration(step, { name: 'for', bound: pause.durationMs, hint }, diagnostics)
    }
    if (pause.kind === 'until') {
      const hint = 'to wait for a condition use a loop, with a wait in it'
      expressions.typed(pause.expression, { name: 'until', type: TEXT_OR_NUMBER, words: WORDS.until, hint }, perform)
    }
    if (pause.kind === 'for-expression')
      expressions.typed(pause.expression, { name: 'for', type: TEXT_OR_NUMBER, words: WORDS.for }, perform)
    if (pause.kind === 'for-text') expressions.value(pause.text, perform)
    if (pause.kind === 'event' && pause.match !== undefined) expressions.condition(pause.match, 'match', event)
  },
  outputType: (step) => (step.wait.kind === 'event' ? ANY : NOTHING),
  lower: (step, context) => (step.wait.kind === 'event' ? lowerAnswered(step, context) : lowerPause(step, context)),
  start: (step) => (step.wait.kind === 'event' ? 'event' : undefined),
  enter({ id, wait: pause }, bindings) {
    if (pause.kind === 'for') return () => ({ kind: 'wait', delayMs: pause.durationMs.value })
    if (pause.kind === 'event') return toInput(() => ({ event: pause.event.value }))
    if (pause.kind === 'for-text') return enterComputed(id.value, 'for', compileValue(pause.text, bindings))
    const evaluate = compileExpression(pause.expression, bindings)
    return enterComputed(id.value, pause.kind === 'until' ? 'until' : 'for', evaluate)
  },
  link: (step, { site, places }) => ({ accepts: compileMatch(step, site, places) }),
  chart: {
    icon: (step) => (step.wait.kind === 'event' ? 'event' : 'wait'),
    describe: (step) => describeWait(step.wait),
    badges: ({ wait: pause }) =>
      pause.kind === 'event' && pause.match !== undefined ? [`if ${expressionText(pause.match)}`] : [],
  },
  needlessUndo: "a 'wait' step changes nothing outside the run",
}

/** Enters a pause whose length, or end, is computed. */
const enterComputed =
  (id: string, kind: 'for' | 'until', evaluate: Evaluate): Enter =>
  (context) => {
    const value = evaluate(context)
    const delayMs = kind === 'for' ? toDelay(value) : toDelayUntil(value, context.at)
    if (delayMs !== undefined) return { kind: 'wait', delayMs }
    const explain = kind === 'for' ? explainCalendarDuration : explainPointInTime
    throw toMisfit({ key: kind, step: id, words: WORDS[kind] }, value, explain(String(value)))
  }

const toDelay = (value: JsonValue): number | undefined => {
  if (typeof value === 'number') return value >= 0 ? value : undefined
  return typeof value === 'string' ? parseDuration(value.trim()) : undefined
}

const toDelayUntil = (value: JsonValue, at: number): number | undefined => {
  const until = typeof value === 'string' ? parsePointInTime(value) : value
  return typeof until === 'number' ? Math.max(0, until - at) : undefined
}

/** A condition that fails on an event means that the event is not meant. */
const compileMatch = (
  { wait: pause }: StepOf<'wait'>,
  site: ExpressionSite,
  places: Places,
): LinkedParts['accepts'] => {
  if (pause.kind !== 'event') return undefined
  if (pause.match === undefined) return () => true
  const { root, step: stepOf } = createBindings(site, places)
  const matches = compileExpression<MachineContext & { event: JsonObject }>(pause.match, {
    root: (name) => (name === 'event' ? ({ event }) => event : root(name)),
    step: stepOf,
  })
  return (context, event) => {
    try {
      return matches({ ...context, event }) === true
    } catch (thrown) {
      if (isFault(thrown)) return false
      throw thrown
    }
  }
}

const describeWait = (pause: Wait): string => {
  switch (pause.kind) {
    case 'for':
      return `wait ${durationText(pause.durationMs.value)}`
    case 'for-expression':
      return `wait ${expressionText(pause.expression)}`
    case 'for-text':
      return `wait ${valueText(pause.text)}`
    case 'until':
      return `wait until ${expressionText(pause.expression)}`
    case 'event':
      return `wait for event ${pause.event.value}`
  }
}
