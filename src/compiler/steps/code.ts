import { typeOf } from '../check/known-types.ts'
import { notYet } from '../check/not-yet.ts'
import type { KindStep } from '../document.ts'
import { listOf, plainJson } from '../grammar/collection-shape.ts'
import { checkExclusive } from '../grammar/exclusive-keys.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import { type Fields, record } from '../grammar/record-shape.ts'
import { duration, flag, name, number, size, text, word } from '../grammar/scalar-shape.ts'
import { byForm } from '../grammar/shape.ts'
import { type } from '../grammar/type-shape.ts'
import { template } from '../grammar/value-shape.ts'
import { enterCall } from '../link/entry.ts'
import type { StepDescriptor } from './step-descriptor.ts'

const SANDBOX_FIELDS = {
  engine: { shape: name, doc: 'What runs the code.' },
  preset: { shape: name, doc: 'A set of limits by name.' },
  memory: { shape: size, doc: 'The most memory, such as 64mb.' },
  cpu: { shape: number({ minimum: 0 }), doc: 'The most processors, such as 0.5.' },
  time: { shape: duration, doc: 'The longest time, such as 10s.' },
  network: {
    shape: byForm('true, false or a list of hosts', { scalar: flag, list: listOf(text()) }),
    doc: 'Whether the code reaches the network, or the hosts it reaches.',
    default: false,
  },
  packages: { shape: listOf(text()), doc: 'Packages that the code imports.' },
} as const satisfies Fields

const FIELDS = {
  language: { key: 'code', shape: word('javascript', 'python'), doc: 'The language.', required: true },
  source: { shape: text(), doc: 'The code itself; no expressions in it. Excludes `file`.' },
  file: { shape: text(), doc: 'The file with the code, relative to the workflow. Excludes `source`.' },
  with: { shape: template, doc: 'The variable `input` of the code.' },
  returns: { shape: type, doc: 'The type of the returned value.' },
  sandbox: { shape: plainJson(record('a sandbox', SANDBOX_FIELDS)), doc: 'Engine and limits.' },
} as const satisfies Fields

declare module '../document.ts' {
  interface StepKinds {
    code: KindStep<'code', typeof FIELDS>
  }
}

export const code: StepDescriptor<'code'> = {
  grammar: defineGrammar({
    owner: 'a code step',
    doc: 'Runs code in a sandbox; it sees `with` as the variable `input` and nothing else. Output: the returned value.',
    fields: FIELDS,
    foreign: ['run', 'script', 'python', 'javascript'],
    check(node, { reading }) {
      checkExclusive(node, ['source', 'file'], { owner: 'a code step', required: true, reading })
    },
  }),
  check({ with: given }, { input }, { expressions }) {
    if (given !== undefined) expressions.value(given, input)
  },
  outputType: ({ returns }) => typeOf(returns?.value),
  outputSchema: ({ returns }) => returns?.value,
  start: () => 'call',
  enter: enterCall,
  plan: ({ returns }) => ({ returns: returns?.value, isRepeatable: true }),
  chart: { icon: 'code', describe: ({ language }) => language.value },
  faults: { usual: ['timeout', 'code_failed', 'sandbox_limit', 'sandbox_unavailable'] },
  notYet: ({ kindRange }) => [notYet(kindRange, "'code'")],
}
