import { suite } from 'uvu'
import { addWorkflowCases } from '../../support/workflow-cases.ts'

const test = suite('a jump of a step to itself')

addWorkflowCases(test, [
  {
    title: 'a step whose fault leads back to it is entered anew',
    workflow: `steps:
  - id: ask
    llm: mock/script
    prompt: Hi
    params: { script: [{ fault: refused }, { fault: refused }, fine] }
    retry: { max: 1 }
    on_error: { refused: ask }
    max_visits: 5
output: steps.ask.output.text
`,
    output: 'fine',
  },
  {
    title: 'a step that fails each time ends by its max_visits',
    workflow: `steps:
  - { id: divide, set: { x: 1 / 0 }, on_error: { expression_failed: divide }, max_visits: 3 }
`,
    fails: { code: 'visits_exhausted', step: 'divide' },
  },
  {
    title: 'a step inside a block goes back to the block, which begins anew',
    workflow: `steps:
  - id: block
    max_visits: 5
    do:
      - { id: count, set: { n: "steps.?count.?output.?n.orValue(0) + 1" } }
      - { id: again, switch: [{ when: steps.count.output.n < 3, next: block }] }
output: steps.count.output.n
`,
    output: 3,
  },
])

test.run()
