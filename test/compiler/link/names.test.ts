import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startWorkflow } from '../../support/run-workflow.ts'
import { addWorkflowCases } from '../../support/workflow-cases.ts'

const BAD = `{ script: [{ fault: { code: refused, message: nope } }] }`

const test = suite('names in expressions')

addWorkflowCases(test, [
  {
    title: '.status goes from pending over completed, failed, skipped or cancelled',
    workflow: `
steps:
  - { id: before, set: { a: steps.a.status } }
  - { id: a, set: { x: 1 } }
  - { id: b, llm: mock/script, prompt: x, params: ${BAD}, on_error: continue }
  - { id: c, set: { x: 1 }, when: 1 > 2 }
output: { before: steps.before.output.a, a: steps.a.status, b: steps.b.status, c: steps.c.status }
`,
    output: { before: 'pending', a: 'completed', b: 'failed', c: 'skipped' },
  },
  {
    title:
      'error in a loop that a fault led to is seen in each of its iterations, and gone once the step is reached otherwise',
    workflow: `
steps:
  - { id: a, llm: mock/script, prompt: x, params: ${BAD}, on_error: { refused: h } }
  - { id: n, set: { x: 1 }, next: end }
  - id: h
    loop: { until: iter.count >= 2, max: 3 }
    do: [{ id: i, set: { code: error.code, n: iter.count } }]
`,
    output: { code: 'refused', n: 2 },
  },
  {
    title: 'inside a foreach the error, the iteration and the item of what is around are seen',
    workflow: `
steps:
  - { id: a, llm: mock/script, prompt: x, params: ${BAD}, on_error: { refused: h } }
  - { id: n, set: { x: 1 }, next: end }
  - id: h
    loop: { until: iter.count >= 2, max: 3 }
    do:
      - id: f
        foreach: "['x', 'y']"
        as: letter
        do: [{ id: i, set: { all: "error.code + letter + string(index) + string(iter.count)" } }]
`,
    output: [{ all: 'refusedx02' }, { all: 'refusedy12' }],
  },
  {
    title: 'an inner as hides nothing of an outer one with another name',
    workflow: `
steps:
  - id: f
    foreach: "['a', 'b']"
    as: outer
    do:
      - id: g
        foreach: "[1, 2]"
        as: inner
        yields: outer + string(inner)
        do: [{ id: i, set: { x: 1 } }]
`,
    output: [
      ['a1', 'a2'],
      ['b1', 'b2'],
    ],
  },
])

test('key is evaluated when the step is entered, and given to the actor as the workflow wrote it', async () => {
  const { notices, finish } = await startWorkflow(
    `
input: { id: integer }
steps:
  - { id: a, tool: time.now, with: {}, key: "'order-' + string(input.id)" }
  - { id: b, tool: time.now, with: {}, key: input.id }
  - { id: c, tool: time.now, with: {} }
`,
    { input: { id: 7 } },
  )
  await finish()
  assert.equal(
    notices.flatMap((notice) => (notice.type === 'attempt.started' ? [notice.effect.key] : [])),
    ['order-7', '7', undefined],
  )
})

test('input is what was given, with defaults filled in, and each run has its own', async () => {
  const yaml = `
input: { n: { type: integer, default: 5 } }
steps: [{ id: a, set: { n: input.n } }]
`
  const ends = await Promise.all(
    [{}, { n: 6 }].map(async (input) => {
      const exit = await (await startWorkflow(yaml, { input })).finish()
      return exit.kind === 'ended' && exit.end.output
    }),
  )
  assert.equal(ends, [{ n: 5 }, { n: 6 }])
})

test.run()
