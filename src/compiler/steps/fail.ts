import { PRINTABLE } from '../check/known-types.ts'
import type { KindStep } from '../document.ts'
import { compileValue } from '../expression/compile-expression.ts'
import { ANY } from '../expression/type.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import { type Fields, record } from '../grammar/record-shape.ts'
import { snakeCase } from '../grammar/scalar-shape.ts'
import { templateText } from '../grammar/value-shape.ts'
import { toText } from '../link/entry.ts'
import { lowerEntry } from '../lower/leaf.ts'
import type { StepDescriptor } from './step-descriptor.ts'

const FAIL_FIELDS = {
  code: { shape: snakeCase, doc: 'The fault code, in snake_case.', required: true },
  message: { shape: templateText, doc: 'What happened, for people.', required: true },
} as const satisfies Fields

const FIELDS = {
  fail: { shape: record('a fail', FAIL_FIELDS), doc: '`{ code, message }`.', required: true },
} as const satisfies Fields

declare module '../document.ts' {
  interface StepKinds {
    fail: KindStep<'fail', typeof FAIL_FIELDS>
  }
}

export const fail: StepDescriptor<'fail'> = {
  grammar: defineGrammar({
    owner: 'a fail step',
    doc: 'Ends the run as failed.',
    fields: FIELDS,
    foreign: ['error', 'throw'],
    build: ({ fail: fields }, common) => fields && { ...common, kind: 'fail', ...fields },
  }),
  check({ message }, { perform }, { expressions }) {
    expressions.typed(message, { name: 'message', type: PRINTABLE, words: 'a text' }, perform)
  },
  outputType: () => ANY,
  // Entering the step is its fault.
  lower: lowerEntry,
  start: () => undefined,
  enter({ code, message }, bindings) {
    const evaluate = compileValue(message, bindings)
    return (context) => ({
      kind: 'fault',
      fault: { code: code.value, message: toText(evaluate(context)), retryable: false },
    })
  },
  chart: { icon: 'fail', describe: ({ code }) => `fail: ${code.value}` },
  faults: { own: ({ code }) => [code.value] },
  needlessUndo: "a 'fail' step never completes",
  neverCompletes: true,
}
