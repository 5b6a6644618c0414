import type { CheckContext } from '../check/check-context.ts'
import { PRINTABLE, typeOf } from '../check/known-types.ts'
import { correct } from '../correction.ts'
import type { KindStep, Located, ValueNode } from '../document.ts'
import { compileExpression, compileValue } from '../expression/compile-expression.ts'
import { listOf, objectOf, STRING, type Type, unionOf } from '../expression/type.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import { type Fields, type FromScalar, record } from '../grammar/record-shape.ts'
import { integer } from '../grammar/scalar-shape.ts'
import { type } from '../grammar/type-shape.ts'
import { expression, template, templateText } from '../grammar/value-shape.ts'
import { combine, toInput } from '../link/entry.ts'
import { lowerAnswered } from '../lower/leaf.ts'
import { findEntry } from '../read/yaml-node.ts'
import type { StepDescriptor } from './step-descriptor.ts'
import { valueText } from './wording.ts'

const APPROVE_FIELDS = {
  title: { shape: templateText, doc: 'What is to be decided.', required: true },
  show: { shape: expression, doc: 'An expression: what the person needs to see.' },
  form: { shape: type, doc: 'What the person fills in; `values` of the output.' },
  by: { shape: template, doc: 'Who may decide: a name or a list of names.' },
  count: { shape: integer({ minimum: 1, maximum: 100 }), doc: 'How many different people must approve. Default: 1.' },
} as const satisfies Fields

const toTitle: FromScalar = (value) => (typeof value === 'string' ? `{ title: ${JSON.stringify(value)} }` : undefined)

const FIELDS = {
  approve: {
    shape: record('an approve', APPROVE_FIELDS, { fromScalar: toTitle }),
    doc: 'What is asked, and of whom.',
    required: true,
  },
} as const satisfies Fields

declare module '../document.ts' {
  interface StepKinds {
    approve: KindStep<'approve', typeof APPROVE_FIELDS>
  }
}

export const approve: StepDescriptor<'approve'> = {
  grammar: defineGrammar({
    owner: 'an approve step',
    doc: 'A person decides, or `count` of them; `timeout` is required. Output: `{ by, at, values }`; a no is the fault `rejected`.',
    fields: FIELDS,
    foreign: ['human', 'approval'],
    check(node, { reading }) {
      if (findEntry(node, 'timeout') !== undefined) return
      const range = findEntry(node, 'approve')?.key.range ?? node.range
      const message = "'timeout' is missing in an approve step: expected a duration such as 4h"
      reading.diagnostics.error('missing_key', range, message, 'add `timeout:`; a decision may never come')
    },
    build: ({ approve: fields }, common) => fields && { ...common, kind: 'approve', ...fields },
  }),
  check({ title, show, by, count }, { perform }, context) {
    const { expressions } = context
    expressions.typed(title, { name: 'title', type: PRINTABLE, words: 'a text' }, perform)
    if (show !== undefined) expressions.expression(show, perform)
    if (by === undefined) return
    const type = expressions.typed(by, { name: 'by', type: NAMES, words: 'a name or a list of names' }, perform)
    checkNames(by, context)
    checkRepeated(by, context)
    if (count !== undefined) checkCount(count, countNames(by, type), context)
  },
  outputType: ({ form, count }) => {
    const decision = { by: STRING, at: STRING, values: typeOf(form?.value) }
    return objectOf(isOfSeveral(count) ? { ...decision, decisions: listOf(objectOf(decision)) } : decision)
  },
  outputSchema: ({ form, count }) => {
    const properties = { by: { type: 'string' }, at: { type: 'string' }, values: form?.value ?? NO_VALUES }
    const decision = { type: 'object', properties, required: Object.keys(properties) }
    if (!isOfSeveral(count)) return decision
    const decisions = { type: 'array', items: decision, minItems: count.value, maxItems: count.value }
    return { ...decision, properties: { ...properties, decisions }, required: [...decision.required, 'decisions'] }
  },
  lower: lowerAnswered,
  start: () => 'approval',
  enter: ({ title, show, by }, bindings) =>
    toInput(
      combine({
        title: compileValue(title, bindings),
        ...(show === undefined ? {} : { show: compileExpression(show, bindings) }),
        ...(by === undefined ? {} : { by: compileValue(by, bindings) }),
      }),
    ),
  plan: ({ form, count }) => ({ form: form?.value, count: count?.value }),
  chart: {
    icon: 'approve',
    describe: ({ title }) => `ask: ${valueText(title)}`,
    badges: ({ by, count, form }) => [
      ...describeDeciders(by, count),
      ...(form === undefined ? [] : [`form: ${Object.keys(form.value.properties ?? {}).join(', ')}`]),
    ],
  },
  faults: { own: () => ['rejected'] },
}

const NAMES: Type = unionOf([STRING, listOf(STRING)])

const NO_VALUES = { type: 'object', properties: {}, additionalProperties: false } as const

const isOfSeveral = (count: Located<number> | undefined): count is Located<number> => (count?.value ?? 1) > 1

/** `by ann, bob`, `2 of ann, bob, carol`, `2 people`. */
const describeDeciders = (by: ValueNode | undefined, count: Located<number> | undefined): string[] => {
  if (!isOfSeveral(count)) return by === undefined ? [] : [`by ${valueText(by)}`]
  return [by === undefined ? `${count.value} people` : `${count.value} of ${valueText(by)}`]
}

const checkRepeated = (by: ValueNode, { diagnostics }: CheckContext): void => {
  if (by.kind !== 'list') return
  const seen = new Set<string>()
  for (const item of by.items) {
    const name = valueText(item)
    if (seen.has(name)) {
      const message = `'${name}' is in 'by' twice: the same person counts once`
      diagnostics.warning('repeated_decider', item.range, message, 'remove one of them')
    }
    seen.add(name)
  }
}

/** The most people that `by` can name; undefined: only a run knows. */
const countNames = (by: ValueNode, type: Type): number | undefined => {
  if (by.kind === 'list') return new Set(by.items.map(valueText)).size
  if (type.kind === 'list') return type.items?.length
  return type.kind === 'string' || type.kind === 'literal' ? 1 : undefined
}

const checkCount = (
  { value: count, range }: Located<number>,
  most: number | undefined,
  { diagnostics }: CheckContext,
): void => {
  if (most === undefined || count <= most) return
  const message = `'count' can't be met: expected at most ${most}, as many people as 'by' names, got ${count}`
  diagnostics.error(
    'too_few_deciders',
    range,
    message,
    correct(`write count: ${Math.max(1, most)}, or name more people in \`by\``, {
      ...range,
      text: `${Math.max(1, most)}`,
    }),
  )
}

const checkNames = (by: ValueNode, { diagnostics }: CheckContext): void => {
  const empty = findEmpty(by)
  if (empty === undefined) return
  const message = "'by' is empty: expected the names of those who may decide, got "
  const hint = 'without `by` anyone may decide'
  diagnostics.error('nobody_decides', empty.range, `${message}${empty.kind === 'list' ? '[]' : '""'}`, hint)
}

/** The part of `by` that certainly fits no name. */
const findEmpty = (by: ValueNode): ValueNode | undefined => {
  if (by.kind === 'literal') return typeof by.value === 'string' && by.value.trim() === '' ? by : undefined
  if (by.kind !== 'list') return undefined
  return by.items.length === 0 ? by : by.items.find((item) => findEmpty(item) !== undefined)
}
