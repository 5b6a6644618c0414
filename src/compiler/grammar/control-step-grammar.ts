/** The kinds of step that hold no other steps and need no actor: set, wait, approve, fail. */

import type { WaitStep } from '../document.ts'
import { splitTemplate } from '../expression/interpolation.ts'
import { toBareExpression } from '../read/expression-text.ts'
import { findEntry } from '../read/yaml-node.ts'
import { checkExclusive } from './exclusive-keys.ts'
import { type Fields, type RecordOf, record } from './record-shape.ts'
import { duration, snakeCase, text } from './scalar-shape.ts'
import { mapped, type Shape } from './shape.ts'
import { type StepKindGrammar, stepKind } from './step-kind.ts'
import { type } from './type-shape.ts'
import { expression, expressionMap, template, templateText } from './value-shape.ts'

const set = stepKind({
  kind: 'set',
  doc: 'Computes values. Output: the map.',
  fields: {
    values: { key: 'set', shape: expressionMap, doc: 'A map from names to expressions.', required: true },
  } as const satisfies Fields,
  build: ({ values }, common) => values && { ...common, kind: 'set', values },
})

type Wait = WaitStep['wait']
type WaitFor = Extract<Wait, { kind: 'for' | 'for-expression' }>

const waitFor: Shape<WaitFor> = {
  expected: `${duration.expected}, or one \${ … } for it`,
  read(node, place) {
    const split =
      node.kind === 'scalar' && typeof node.value === 'string' ? splitTemplate(node.value.trim()) : undefined
    const [whole, ...rest] = split !== undefined && 'parts' in split ? split.parts : []
    if (node.kind === 'scalar' && typeof whole === 'object' && rest.length === 0)
      return { kind: 'for-expression', expression: toBareExpression(node, place.reading.diagnostics.source.text) }
    const durationMs = duration.read(node, place)
    return durationMs && { kind: 'for', durationMs }
  },
  toJsonSchema: (definitions) => ({
    anyOf: [duration.toJsonSchema(definitions), { type: 'string', pattern: '^\\$\\{' }],
  }),
}

const WAIT_FIELDS = {
  for: { key: 'for', shape: waitFor, doc: 'How long, such as 10m.' },
  until: {
    key: 'until',
    shape: expression,
    doc: 'An expression for a point in time: RFC 3339 text or milliseconds since 1970, never a condition.',
  },
  event: { key: 'event', shape: text(), doc: 'The name of the event to wait for.' },
  match: { key: 'match', shape: expression, doc: 'A condition on `event`; other events are passed over.' },
} as const satisfies Fields

const waitRecord = record('a wait', WAIT_FIELDS)

const waitShape: Shape<Wait> = mapped(waitRecord, (fields, node, place) => {
  if (node.kind !== 'map') return undefined
  const { reading } = place
  if (!checkExclusive(node, ['for', 'until', 'event'], { owner: 'a wait', required: true, reading })) return undefined
  const match = findEntry(node, 'match')
  if (match !== undefined && findEntry(node, 'event') === undefined)
    reading.diagnostics.error('excluded_keys', match.key.range, "'match' goes with 'event' only", 'remove it')
  return toWait(fields)
})

const toWait = ({ for: pause, until, event, match }: RecordOf<typeof WAIT_FIELDS>): Wait | undefined => {
  if (until !== undefined) return { kind: 'until', expression: until }
  if (event === undefined) return pause
  return { kind: 'event', event, ...(match === undefined ? {} : { match }) }
}

const wait = stepKind({
  kind: 'wait',
  doc: 'A durable pause. Output: `{}`, or the data of the event.',
  fields: {
    wait: {
      key: 'wait',
      shape: waitShape,
      doc: '`{ for: 10m }`, `{ until: expr }` or `{ event: name, match: expr }`.',
      required: true,
    },
  } as const satisfies Fields,
  build: ({ wait: pause }, common) => pause && { ...common, kind: 'wait', wait: pause },
})

const APPROVE_FIELDS = {
  title: { key: 'title', shape: templateText, doc: 'What is to be decided.', required: true },
  show: { key: 'show', shape: expression, doc: 'An expression: what the person needs to see.' },
  form: { key: 'form', shape: type, doc: 'What the person fills in; `values` of the output.' },
  by: { key: 'by', shape: template, doc: 'Who may decide: a name or a list of names.' },
} as const satisfies Fields

const approve = stepKind({
  kind: 'approve',
  doc: 'A person decides; `timeout` is required. Output: `{ by, at, values }`; a no is the fault `rejected`.',
  fields: {
    approve: {
      key: 'approve',
      shape: record('an approve', APPROVE_FIELDS),
      doc: 'What is asked, and of whom.',
      required: true,
    },
  } as const satisfies Fields,
  check(node, { reading }) {
    if (findEntry(node, 'timeout') !== undefined) return
    const range = findEntry(node, 'approve')?.key.range ?? node.range
    const message = "'timeout' is missing in an approve step: expected a duration such as 4h"
    reading.diagnostics.error('missing_key', range, message, 'add `timeout:`; nobody may ever answer')
  },
  build: ({ approve: fields }, common) => fields && { ...common, kind: 'approve', ...fields },
})

const FAIL_FIELDS = {
  code: { key: 'code', shape: snakeCase, doc: 'The fault code, in snake_case.', required: true },
  message: { key: 'message', shape: templateText, doc: 'What happened, for people.', required: true },
} as const satisfies Fields

const fail = stepKind({
  kind: 'fail',
  doc: 'Ends the run as failed.',
  fields: {
    fail: { key: 'fail', shape: record('a fail', FAIL_FIELDS), doc: '`{ code, message }`.', required: true },
  } as const satisfies Fields,
  build: ({ fail: fields }, common) => fields && { ...common, kind: 'fail', ...fields },
})

export const CONTROL_STEP_KINDS: readonly StepKindGrammar[] = [set, wait, approve, fail]
