import { checkInput } from '../check/check-tools.ts'
import type { KindStep } from '../document.ts'
import { schemaOfType } from '../expression/schema-of-type.ts'
import { ANY, objectOf, STRING } from '../expression/type.ts'
import { typeOfSchema } from '../expression/type-of-schema.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import type { Fields } from '../grammar/record-shape.ts'
import { flag, text } from '../grammar/scalar-shape.ts'
import { templateInput } from '../grammar/value-shape.ts'
import { enterCall } from '../link/entry.ts'
import type { StepDescriptor } from './step-descriptor.ts'

const FIELDS = {
  workflow: { shape: text(), doc: 'The name of the workflow, or the path of its file.', required: true },
  with: { shape: templateInput(), doc: 'Its input.' },
  detach: {
    shape: flag,
    doc: 'Whether the run goes on by itself: not waited for, with limits of its own. Output: `{ run }`, its id.',
    default: false,
  },
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
    if (flow === undefined || flow.children !== undefined || isDetached(step)) return
    const name = step.workflow.value
    const message = `the flow of '${name}' does not count for runs that are steps of this workflow`
    const hint = `to make it count, write children: true in the flow of '${name}'; children: false if it should not`
    context.diagnostics.warning('uncounted_flow', step.workflow.range, message, hint)
  },
  outputType: (step, { childOutput }) => (isDetached(step) ? STARTED : (childOutput(step.workflow.value) ?? ANY)),
  outputSchema(step, { childOutput }) {
    const output = isDetached(step) ? STARTED : childOutput(step.workflow.value)
    return output && schemaOfType(output)
  },
  start: () => 'call',
  enter: enterCall,
  plan: (step) => ({
    actor: step.workflow.value,
    timeoutMs: null,
    // Starting it again finds the run that was started.
    ...(isDetached(step) ? { kind: 'detach', isRepeatable: true } : {}),
  }),
  chart: {
    icon: 'workflow',
    describe: (step) => `${isDetached(step) ? 'start' : 'workflow'} ${step.workflow.value}`,
  },
  faults: { usual: ['child_cancelled', 'child_budget_exceeded'] },
  child: (step) => step.workflow,
  detaches: (step) => isDetached(step),
}

const isDetached = ({ detach }: KindStep<'workflow', typeof FIELDS>): boolean => detach?.value === true

/** Output of a step that does not wait. */
const STARTED = objectOf({ run: STRING })
