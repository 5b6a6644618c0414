import type { CheckContext } from '../check/check-context.ts'
import type { Site } from '../check/expression-checks.ts'
import { NOTHING } from '../check/known-types.ts'
import type { ExpressionText, KindStep, StepOf, ValueNode } from '../document.ts'
import { type Bindings, compileValue } from '../expression/compile-expression.ts'
import { STRING } from '../expression/type.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import type { Fields } from '../grammar/record-shape.ts'
import { template, templateText } from '../grammar/value-shape.ts'
import { combine, type Evaluate, expecting, isFilledText, valueOrEmpty, withKey } from '../link/entry.ts'
import type { MachineContext } from '../machine-context.ts'
import type { StepDescriptor } from './step-descriptor.ts'
import { valueText } from './wording.ts'

const FIELDS = {
  event: { key: 'emit', shape: templateText, doc: 'The type of the event.', required: true },
  with: { shape: template, doc: 'Its data.' },
  subject: { shape: templateText, doc: 'What the event is about, such as order/7.' },
  source: { shape: templateText, doc: 'Where the event comes from. Default: troupe/ and the name of the workflow.' },
} as const satisfies Fields

declare module '../document.ts' {
  interface StepKinds {
    emit: KindStep<'emit', typeof FIELDS>
  }
}

export const emit: StepDescriptor<'emit'> = {
  grammar: defineGrammar({
    owner: 'an emit step',
    doc: 'Publishes a CloudEvent.',
    fields: FIELDS,
    foreign: ['publish'],
    renamed: { data: 'with', payload: 'with' },
  }),
  check({ event, with: data, subject, source }, { perform }, context) {
    context.expressions.typed(event, { name: 'emit', type: STRING }, perform)
    for (const [name, value] of Object.entries({ subject, source }))
      if (value !== undefined) checkAttribute(value, { name, perform, context })
    // The data leaves the run, and no secret may leave with it.
    if (data !== undefined) context.expressions.value(data, perform)
    checkName(event, context)
  },
  outputType: () => NOTHING,
  start: () => 'emit',
  enter: (step, bindings) =>
    withKey(
      step,
      combine({
        event: valueOrEmpty(step.event, bindings),
        data: valueOrEmpty(step.with, bindings),
        ...attribute('subject', step, bindings),
        ...attribute('source', step, bindings),
      }),
      bindings,
    ),
  chart: { icon: 'emit', describe: ({ event }) => `emit ${valueText(event)}` },
}

/** An attribute of CloudEvents 1.0 is a text that is not empty. */
const checkAttribute = (
  value: ValueNode,
  { name, perform, context }: { name: string; perform: Site; context: CheckContext },
): void => {
  context.expressions.typed(value, { name, type: STRING }, perform)
  if (value.kind !== 'literal' || value.value !== '') return
  context.diagnostics.error(
    'wrong_shape',
    value.range,
    `'${name}' is empty: expected a text`,
    `remove ${name}, or name it`,
  )
}

const attribute = (
  key: 'subject' | 'source',
  step: StepOf<'emit'>,
  bindings: Bindings<MachineContext>,
): Record<string, Evaluate> => {
  const node = step[key]
  if (node === undefined) return {}
  const expected = { key, step: step.id.value, words: 'a text that is not empty', fits: isFilledText }
  return { [key]: expecting(compileValue(node, bindings), expected) }
}

const checkName = (event: ValueNode, { diagnostics }: CheckContext): void => {
  const parts = partsOf(event)
  const fixed = parts.filter((part) => typeof part === 'string')
  const isEmpty = parts.length === 1 && parts[0] === ''
  if (!isEmpty && fixed.every((part) => !/\s/.test(part))) return
  const rule = 'expected a name without blanks, such as order.paid'
  const hint = writeName(parts, (part) => part.replaceAll(/\s+/g, '.')).replaceAll(/^\.+|\.+$/g, '')
  const message = `the event has no fit name: ${rule}, got ${JSON.stringify(writeName(parts))}`
  diagnostics.error('bad_event_name', event.range, message, hint === '' ? undefined : `write ${hint}`)
}

type NamePart = string | ExpressionText

/** The parts of the name; none where nothing is known of it. */
const partsOf = (event: ValueNode): NamePart[] => {
  if (event.kind === 'literal') return [String(event.value ?? '')]
  return event.kind === 'template' ? event.parts : []
}

const writeName = (parts: readonly NamePart[], write: (part: string) => string = (part) => part): string =>
  parts.map((part) => (typeof part === 'string' ? write(part) : `\${${part.text}}`)).join('')
