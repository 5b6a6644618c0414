import { checkInput } from '../check/check-tools.ts'
import { typeOf } from '../check/known-types.ts'
import { notYet } from '../check/not-yet.ts'
import type { KindStep, StepOf } from '../document.ts'
import { typeOfSchema } from '../expression/type-of-schema.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import type { Fields } from '../grammar/record-shape.ts'
import { word } from '../grammar/scalar-shape.ts'
import { templateInput } from '../grammar/value-shape.ts'
import { enterCall } from '../link/entry.ts'
import type { StepDescriptor } from './step-descriptor.ts'

const FIELDS = {
  operation: {
    key: 'memory',
    shape: word('get', 'put', 'append', 'search', 'delete', 'list'),
    doc: 'What to do.',
    required: true,
  },
  with: {
    shape: templateInput({
      namespace: 'Where to look: names of one namespace are apart from all others.',
      key: 'The name of the entry.',
      value: 'What to store.',
      query: 'What to search for.',
      limit: 'The most items to return.',
      ttl: 'How long the entry lives, such as 30d.',
      if_version: 'Writes only when the entry has this version, else fault `conflict`.',
    }),
    doc: 'The input of the operation.',
  },
} as const satisfies Fields

declare module '../document.ts' {
  interface StepKinds {
    memory: KindStep<'memory', typeof FIELDS>
  }
}

/** The operations are tools by another name: `memory: get` takes and gives what `memory.get` does. */
const toolOf = ({ operation }: StepOf<'memory'>): string => `memory.${operation.value}`

export const memory: StepDescriptor<'memory'> = {
  grammar: defineGrammar({
    owner: 'a memory step',
    doc: 'Reads or writes what outlives a run. Output: get `{ found, value, version }`; put, append `{ version }`; search, list `{ items }`; delete `{ deleted }`.',
    fields: FIELDS,
  }),
  check(step, { input }, context) {
    const entry = context.catalogue.tools.get(toolOf(step))
    const call = { input: step.with, site: input, range: step.operation.range }
    checkInput(call, entry && typeOfSchema(entry.input), context)
  },
  outputType: (step, { toolOutput }) => typeOf(toolOutput(toolOf(step))),
  outputSchema: (step, { toolOutput }) => toolOutput(toolOf(step)),
  start: () => 'call',
  enter: enterCall,
  // Memory counts as reading: its writes carry a version, so that repeating them is safe.
  plan: (step) => ({ actor: toolOf(step), writes: false }),
  chart: { icon: 'memory', describe: ({ operation }) => `memory ${operation.value}` },
  faults: { usual: ['timeout', 'unavailable', 'conflict'] },
  notYet: ({ kindRange }) => [notYet(kindRange, "'memory'")],
}
