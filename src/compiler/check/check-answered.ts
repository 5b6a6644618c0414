/** Checks the steps that speak with the world outside the run: people who decide, events that come and go. */
import type { ApproveStep, EmitStep, ExpressionText, ValueNode, WaitStep } from '../document.ts'
import { listOf, NUMBER, STRING, type Type, unionOf } from '../expression/type.ts'
import type { CheckContext, StepSites } from './check-context.ts'
import { PRINTABLE } from './known-types.ts'

const POINT_IN_TIME: Type = unionOf([STRING, NUMBER])

export const checkWait = ({ wait }: WaitStep, { perform, event }: StepSites, { expressions }: CheckContext): void => {
  if (wait.kind === 'until') {
    const hint = 'to wait for a condition use a loop, with a wait in it'
    const words = 'a point in time (RFC 3339 text or epoch milliseconds)'
    expressions.typed(wait.expression, { name: 'until', type: POINT_IN_TIME, words, hint }, perform)
  }
  if (wait.kind === 'for-expression')
    expressions.typed(wait.expression, { name: 'for', type: POINT_IN_TIME, words: 'a duration such as 10m' }, perform)
  if (wait.kind === 'event' && wait.match !== undefined) expressions.condition(wait.match, 'match', event)
}

const NAMES: Type = unionOf([STRING, listOf(STRING)])

export const checkApprove = (
  { title, show, by }: ApproveStep,
  { perform }: StepSites,
  { expressions, diagnostics }: CheckContext,
): void => {
  expressions.typed(title, { name: 'title', type: PRINTABLE, words: 'a text' }, perform)
  if (show !== undefined) expressions.expression(show, perform)
  if (by === undefined) return
  expressions.typed(by, { name: 'by', type: NAMES, words: 'a name or a list of names' }, perform)
  const nobody = findNobody(by)
  if (nobody === undefined) return
  const message = "'by' names nobody: expected the names of those who may decide, got "
  const hint = 'without `by` anyone may decide'
  diagnostics.error('nobody_decides', nobody.range, `${message}${nobody.kind === 'list' ? '[]' : '""'}`, hint)
}

/** The part of `by` that surely fits no name. */
const findNobody = (by: ValueNode): ValueNode | undefined => {
  if (by.kind === 'literal') return typeof by.value === 'string' && by.value.trim() === '' ? by : undefined
  if (by.kind !== 'list') return undefined
  return by.items.length === 0 ? by : by.items.find((item) => findNobody(item) !== undefined)
}

export const checkEmit = (
  { event, with: data }: EmitStep,
  { perform }: StepSites,
  { expressions, diagnostics }: CheckContext,
): void => {
  expressions.typed(event, { name: 'emit', type: STRING }, perform)
  // Its data leaves the run for whoever listens, where no secret may be.
  if (data !== undefined) expressions.value(data, perform)
  const parts = partsOf(event)
  const fixed = parts.filter((part) => typeof part === 'string')
  const isEmpty = parts.length === 1 && parts[0] === ''
  if (!isEmpty && fixed.every((part) => !/\s/.test(part))) return
  const rule = 'expected a name without blanks, such as order.paid'
  const hint = writeName(parts, (part) => part.replaceAll(/\s+/g, '.')).replaceAll(/^\.+|\.+$/g, '')
  diagnostics.error(
    'bad_event_name',
    event.range,
    `the event has no fit name: ${rule}, got ${JSON.stringify(writeName(parts))}`,
    hint === '' ? undefined : `write ${hint}`,
  )
}

type NamePart = string | ExpressionText

/** None where nothing is known of the name. */
const partsOf = (event: ValueNode): NamePart[] => {
  if (event.kind === 'literal') return [String(event.value ?? '')]
  return event.kind === 'template' ? event.parts : []
}

const writeName = (parts: readonly NamePart[], write: (part: string) => string = (part) => part): string =>
  parts.map((part) => (typeof part === 'string' ? write(part) : `\${${part.text}}`)).join('')
