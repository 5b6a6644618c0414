import { checkInput } from '../check/check-tools.ts'
import type { KindStep } from '../document.ts'
import { schemaOfType } from '../expression/schema-of-type.ts'
import { ANY, objectOf } from '../expression/type.ts'
import { typeOfSchema } from '../expression/type-of-schema.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import type { Fields } from '../grammar/record-shape.ts'
import { text } from '../grammar/scalar-shape.ts'
import { templateInput } from '../grammar/value-shape.ts'
import { enterCall } from '../link/entry.ts'
import type { StepDescriptor } from './step-descriptor.ts'

const FIELDS = {
  workflow: { shape: text(), doc: 'The name of the workflow, or the path of its file.', required: true },
  with: { shape: templateInput(), doc: 'Its input.' },
} as const satisfies Fields

declare module '../document.ts' {
  interface StepKinds {
    workflow: KindStep<'workflow', typeof FIELDS>
  }
}

export const workflow: StepDescriptor<'workflow'> = {
  grammar: defineGrammar({
    owner: 'a workflow step',
    doc: 'A child run; its cost and trace are part of this run. Output: that of the child.',
    fields: FIELDS,
    foreign: ['call'],
  }),
  check(step, { perform }, context) {
    const child = context.children.get(step.workflow.value)
    // The input stands in the child's journal, where no secret may be.
    const call = { input: step.with, site: perform, range: step.workflow.range }
    checkInput(call, child && (child.input === undefined ? objectOf({}) : typeOfSchema(child.input)), context)
    const flow = child?.workflow.flow
    if (flow === undefined || flow.children !== undefined) return
    const name = step.workflow.value
    const message = `the flow of '${name}' does not count for runs that are steps of this workflow`
    const hint = `to make it count, write children: true in the flow of '${name}'; children: false if it should not`
    context.diagnostics.warning('uncounted_flow', step.workflow.range, message, hint)
  },
  outputType: (step, { childOutput }) => childOutput(step.workflow.value) ?? ANY,
  outputSchema(step, { childOutput }) {
    const output = childOutput(step.workflow.value)
    return output && schemaOfType(output)
  },
  start: () => 'call',
  enter: enterCall,
  plan: (step) => ({ actor: step.workflow.value, timeoutMs: null }),
  chart: { icon: 'workflow', describe: (step) => `workflow ${step.workflow.value}` },
  faults: { usual: ['child_cancelled', 'child_budget_exceeded'] },
  child: (step) => step.workflow,
}
