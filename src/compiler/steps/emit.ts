import type { CheckContext } from '../check/check-context.ts'
import { NOTHING } from '../check/known-types.ts'
import type { ExpressionText, KindStep, ValueNode } from '../document.ts'
import { STRING } from '../expression/type.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import type { Fields } from '../grammar/record-shape.ts'
import { template, templateText } from '../grammar/value-shape.ts'
import { combine, valueOrEmpty, withKey } from '../link/entry.ts'
import type { StepDescriptor } from './step-descriptor.ts'
import { valueText } from './wording.ts'

const FIELDS = {
  event: { key: 'emit', shape: templateText, doc: 'The type of the event.', required: true },
  with: { shape: template, doc: 'Its data.' },
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
  }),
  check({ event, with: data }, { perform }, context) {
    context.expressions.typed(event, { name: 'emit', type: STRING }, perform)
    // The data leaves the run, and no secret may leave with it.
    if (data !== undefined) context.expressions.value(data, perform)
    checkName(event, context)
  },
  outputType: () => NOTHING,
  start: () => 'emit',
  enter: (step, bindings) =>
    withKey(
      step,
      combine({ event: valueOrEmpty(step.event, bindings), data: valueOrEmpty(step.with, bindings) }),
      bindings,
    ),
  chart: { icon: 'emit', describe: ({ event }) => `emit ${valueText(event)}` },
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
