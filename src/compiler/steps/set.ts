import { Fault } from '../../core/fault.ts'
import { countElements } from '../../core/value-size.ts'
import type { KindStep } from '../document.ts'
import { checkValue } from '../expression/check-value.ts'
import { compileValue } from '../expression/compile-expression.ts'
import { BOOLEAN, type Field, listOf, NUMBER, STRING, type Type } from '../expression/type.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import type { Fields } from '../grammar/record-shape.ts'
import { expressionMap } from '../grammar/value-shape.ts'
import { type Evaluate, toInput } from '../link/entry.ts'
import type { StepDescriptor } from './step-descriptor.ts'

const FIELDS = {
  values: { key: 'set', shape: expressionMap, doc: 'A map from names to expressions.', required: true },
} as const satisfies Fields

declare module '../document.ts' {
  interface StepKinds {
    set: KindStep<'set', typeof FIELDS>
  }
}

export const set: StepDescriptor<'set'> = {
  grammar: defineGrammar({
    owner: 'a set step',
    doc: 'Computes values. Output: the map.',
    fields: FIELDS,
    foreign: ['pass', 'vars'],
  }),
  check({ values }, { perform }, { expressions }) {
    expressions.value(values, { ...perform, isBare: true })
  },
  outputType: ({ values }, { names }) => withoutLiterals(checkValue(values, names()).type),
  start: () => 'output',
  enter: ({ id, values }, bindings) => toInput(bounded(id.value, compileValue(values, bindings))),
  chart: {
    icon: 'set',
    describe: ({ values }) => `set ${values.entries.map(({ key }) => key.value).join(', ')}`,
  },
  needlessUndo: "a 'set' step changes nothing outside the run",
}

/** Most elements of the value: a `set` in a loop that holds its own last value several times over doubles at each turn. */
const LARGEST_SET = 1_000_000

const bounded =
  (id: string, evaluate: Evaluate): Evaluate =>
  (context) => {
    const value = evaluate(context)
    if (countElements(value) <= LARGEST_SET) return value
    throw new Fault('too_large', `the value of step '${id}' has more than ${LARGEST_SET} elements`)
  }

/** Widens literals: a text that the file states may change, so that comparing it with another one is no slip. */
const withoutLiterals = (type: Type): Type => {
  switch (type.kind) {
    case 'literal':
      return typeof type.value === 'string' ? STRING : typeof type.value === 'number' ? NUMBER : BOOLEAN
    case 'list':
      return listOf(withoutLiterals(type.item))
    case 'object': {
      const fields = [...type.fields].map(([name, field]): [string, Field] => [
        name,
        { ...field, type: withoutLiterals(field.type) },
      ])
      return { ...type, fields: new Map(fields) }
    }
    default:
      return type
  }
}
