import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addWorkflowCases } from '../../support/workflow-cases.ts'
import { checkText } from '../check/check-text.ts'

const failing = (fault: string): string =>
  `llm: mock/script, prompt: x, params: { script: [{ fault: { ${fault} } }] }, retry: { max: 1 }`

const test = suite('raised faults')

addWorkflowCases(test, [
  {
    title: 'details are values, seen by the handler',
    workflow: `
input: { amount: number }
steps:
  - id: a
    fail: { code: too_dear, message: "\${input.amount} is too much", details: { amount: "\${input.amount}", of: [a, "<\${input.amount}>"] } }
    on_error: { too_dear: seen }
    next: end
  - { id: seen, set: { error: error } }
`,
    input: { amount: 7 },
    output: {
      error: { code: 'too_dear', message: '7 is too much', details: { amount: 7, of: ['a', '<7>'] } },
    },
  },
  {
    title: 'one expression may give all details',
    workflow: `
input: { map: any }
steps:
  - { id: a, fail: { code: odd, message: x, details: "\${input.map}" } }
`,
    input: { map: { a: [1] } },
    fails: { code: 'odd', step: 'a', details: { a: [1] } },
  },
  {
    title: 'details that are no map are a fault that names the key',
    workflow: `
input: { map: any }
steps:
  - { id: a, fail: { code: odd, message: x, details: "\${input.map}" } }
`,
    input: { map: 3 },
    fails: { code: 'expression_failed', step: 'a', message: "'details' of step 'a': expected a map, got 3" },
  },
  {
    title: 'a code that an expression gives is matched like any other',
    workflow: `
input: { why: string }
steps:
  - id: a
    fail: { code: "not_\${input.why}", message: x }
    on_error: { not_paid: seen, "*": fail }
    next: end
  - { id: seen, set: { code: error.code } }
`,
    input: { why: 'paid' },
    output: { code: 'not_paid' },
  },
  ...['Not paid', 'budget_exceeded', 'cancelled', ''].map((why) => ({
    title: `the code '${why}' of an expression is a fault that names the key`,
    workflow: `
input: { why: string }
steps:
  - { id: a, fail: { code: "\${input.why}", message: x } }
`,
    input: { why },
    fails: {
      code: 'expression_failed',
      step: 'a',
      message: `'code' of step 'a': expected a fault code in snake_case, got ${JSON.stringify(why)}`,
    },
  })),
  {
    title: 'a fault that is raised again stays that of the step that raised it first',
    workflow: `
steps:
  - id: block
    do: [{ id: a, fail: { code: refused, message: No, details: { n: 1 } } }]
    on_error: caught
    next: end
  - id: caught
    do: [{ id: note, set: { code: error.code } }, { id: again, fail: { from: error } }]
`,
    fails: { code: 'refused', step: 'a', message: 'No', details: { n: 1 } },
  },
  {
    title: 'a retryable fault that is raised again can still be retried',
    workflow: `
steps:
  - id: outer
    retry: { max: 2, backoff: 1ms..1ms }
    on_error: end_it
    next: end
    do:
      - { id: a, ${failing('code: unavailable')}, on_error: caught, next: end }
      - { id: caught, fail: { from: error } }
  - { id: end_it, set: { attempts: steps.outer.attempts, code: error.code } }
`,
    output: { attempts: 2, code: 'unavailable' },
  },
  {
    title: 'a fault that is caught and raised twice keeps its origin',
    workflow: `
steps:
  - id: first
    do: [{ id: a, ${failing('code: refused, message: No')} }]
    on_error: second
    next: end
  - { id: second, fail: { from: error }, on_error: [{ when: error.code == 'refused', next: third }], next: end }
  - { id: third, fail: { from: error } }
`,
    fails: { code: 'refused', step: 'a' },
  },
  {
    title: 'a fault of an item is raised again with the path of its step',
    workflow: `
steps:
  - id: items
    foreach: "[1, 2]"
    as: item
    concurrency: 1
    do: [{ id: a, when: item == 2, ${failing('code: refused')} }]
    on_error: caught
    next: end
  - { id: caught, fail: { from: error } }
`,
    fails: { code: 'refused', step: 'items[1]/a' },
  },
  {
    title: 'a fault from outside an item is raised again inside it as that of its step',
    workflow: `
steps:
  - { id: a, ${failing('code: refused')}, on_error: items, next: end }
  - { id: items, foreach: "[1, 2]", as: item, do: [{ id: again, fail: { from: error } }] }
`,
    fails: { code: 'refused', step: 'a' },
  },
  {
    title: 'a step that is reached without a fault has none to raise again',
    workflow: `
input: { skip: boolean }
steps:
  - { id: route, switch: [{ when: input.skip, next: again }] }
  - { id: a, ${failing('code: refused')}, on_error: again, next: end }
  - { id: again, fail: { from: error } }
`,
    input: { skip: true },
    fails: { code: 'expression_failed', step: 'again' },
  },
])

test('a workflow with a computed code may match any code', () => {
  const text = (code: string): string => `
workflow: example
input: { why: string }
steps:
  - { id: a, on_error: { out_of_luck: continue }, fail: { code: ${code}, message: x } }
`
  const codes = (yaml: string): string[] => checkText(yaml).diagnostics.map(({ code }) => code)
  assert.equal(codes(text('"${input.why}"')), [])
  assert.equal(codes(text('out_of_time')), ['unknown_fault_code'])
})

test.run()
