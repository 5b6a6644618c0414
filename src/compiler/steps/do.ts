import type { Step, StepCommon } from '../document.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import { enterBlock } from '../link/entry.ts'
import { lastOutput } from '../link/linked-step.ts'
import { firstOf, frame, inside } from '../lower/block.ts'
import type { StepDescriptor } from './step-descriptor.ts'

export interface DoStep extends StepCommon {
  kind: 'do'
  steps: Step[]
}

declare module '../document.ts' {
  interface StepKinds {
    do: DoStep
  }
}

export const doBlock: StepDescriptor<'do'> = {
  grammar: (steps) =>
    defineGrammar({
      owner: 'a do step',
      doc: 'A block of steps that share `when`, `timeout`, `retry` and `on_error`. Output: of its last step.',
      fields: { steps: { key: 'do', shape: steps, doc: 'The steps.', required: true } },
      foreign: ['steps', 'block'],
    }),
  check() {},
  outputType: (_, { indexed, lastOutput }) => lastOutput(indexed.lists[0]),
  lower: (step, context) =>
    frame(step, context, {
      first: firstOf(step.steps),
      states: context.lowerList(step.steps, inside(step, context)),
    }),
  start: () => undefined,
  enter: () => enterBlock(0),
  link: ({ steps }) => ({ output: lastOutput(steps) }),
  chart: { icon: 'do', describe: () => 'block' },
  block: {
    lists: ({ steps }) => [{ branch: '', steps }],
    flow(_, { step, perform, completed, broken }, { graph, addList }) {
      graph.connect(perform, addList(step.lists[0], { exit: completed, fault: broken }))
    },
    drawing: () => ({ kind: 'sequence' }),
  },
}
