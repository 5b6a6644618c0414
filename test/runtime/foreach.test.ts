import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startWorkflow } from '../support/run-workflow.ts'
import { addWorkflowCases } from '../support/workflow-cases.ts'

const test = suite('foreach')

addWorkflowCases(test, [
  {
    title: 'gives out what the items give, in the order of the list, whichever ends first',
    workflow: `
steps:
  - id: f
    foreach: "[300, 100, 200]"
    as: ms
    do:
      - { id: w, wait: { for: "\${string(ms) + 'ms'}" } }
      - { id: a, set: { ms: ms, index: index } }
`,
    output: [
      { ms: 300, index: 0 },
      { ms: 100, index: 1 },
      { ms: 200, index: 2 },
    ],
  },
  {
    title: 'an empty list gives an empty list',
    workflow: `
steps:
  - { id: f, foreach: "[]", do: [{ id: a, set: { x: 1 } }] }
`,
    output: [],
  },
  {
    title: 'yields is evaluated over the steps of the item',
    workflow: `
steps:
  - id: f
    foreach: "[1, 2]"
    as: n
    yields: "[n, steps.a.output.x, index]"
    do:
      - { id: a, set: { x: n * 10 } }
      - { id: b, set: { y: 1 } }
`,
    output: [
      [1, 10, 0],
      [2, 20, 1],
    ],
  },
  {
    title: 'stop: the first fault cancels the other items and is the fault of the foreach, with its item',
    workflow: `
steps:
  - id: f
    foreach: "[1, 0, 2]"
    as: n
    do: [{ id: a, set: { x: 6 / n } }]
`,
    fails: { code: 'expression_failed', step: 'f[1]/a' },
  },
  {
    title: 'stop: the fault can be matched, and its details have the index',
    workflow: `
steps:
  - id: f
    foreach: "[1, 0, 2]"
    as: n
    do: [{ id: a, set: { x: 6 / n } }]
    on_error: { expression_failed: h }
  - { id: e, set: { x: 1 }, next: end }
  - { id: h, set: { index: error.details.index, f: steps.f.status } }
`,
    output: { index: 1, f: 'failed' },
  },
  {
    title: 'skip: leaves the failed items out',
    workflow: `
steps:
  - id: f
    foreach: "[1, 0, 2]"
    as: n
    on_item_error: skip
    do: [{ id: a, set: { x: 6 / n } }]
`,
    output: [{ x: 6 }, { x: 3 }],
  },
  {
    title: 'collect: gives an ok or an error for each item',
    workflow: `
steps:
  - id: f
    foreach: "[3, 0]"
    as: n
    on_item_error: collect
    yields: steps.a.output.x
    do: [{ id: a, set: { x: 6 / n } }]
output: { first: "steps.f.output[0]", code: "steps.f.output[1].?error.?code.orValue('')", ok: "steps.f.output[1].ok" }
`,
    output: { first: { ok: true, value: 2 }, code: 'expression_failed', ok: false },
  },
  {
    title: 'nested: index is the innermost, outer names are read through',
    workflow: `
steps:
  - { id: base, set: { n: 1000 } }
  - id: f
    foreach: "[[1, 2], [3]]"
    as: row
    do:
      - { id: p, set: { i: index } }
      - id: g
        foreach: row
        as: cell
        yields: "[cell, index, steps.p.output.i, steps.base.output.n, size(row)]"
        do: [{ id: a, set: { x: 1 } }]
`,
    output: [
      [
        [1, 0, 0, 1000, 2],
        [2, 1, 0, 1000, 2],
      ],
      [[3, 0, 1, 1000, 1]],
    ],
  },
  {
    title: 'outer names are captured once: what changes beside it is not seen by later items',
    workflow: `
steps:
  - id: p
    parallel:
      left:
        - id: f
          foreach: "[1, 2]"
          concurrency: 1
          as: n
          yields: steps.s.output.seen
          do:
            - { id: w, wait: { for: 1s } }
            - { id: s, set: { seen: steps.a.status } }
      right:
        - { id: v, wait: { for: 1500ms } }
        - { id: a, set: { x: 1 } }
output: steps.f.output
`,
    output: ['pending', 'pending'],
  },
  {
    title: 'next: end in a body ends the item',
    workflow: `
steps:
  - id: f
    foreach: "[1, 2]"
    as: n
    do:
      - id: s
        switch: [{ when: n == 1, next: end }]
      - { id: a, set: { n: n } }
`,
    output: [null, { n: 2 }],
  },
  {
    title: 'a list that is none is the fault expression_failed',
    workflow: `
input: { list: any }
steps:
  - { id: f, foreach: input.list, do: [{ id: a, set: { x: 1 } }] }
`,
    input: { list: 5 },
    fails: { code: 'expression_failed', step: 'f' },
  },
  {
    title: 'its timeout is of the whole and calls off all items',
    workflow: `
steps:
  - id: f
    foreach: "[1, 2, 3]"
    concurrency: 1
    timeout: 1500ms
    do: [{ id: w, wait: { for: 1s } }]
    on_error: { timeout: h }
  - { id: e, set: { x: 1 }, next: end }
  - { id: h, set: { f: steps.f.status } }
`,
    output: { f: 'failed' },
  },
  {
    title: 'a retry runs all items again',
    workflow: `
steps:
  - id: f
    foreach: "[1, 2]"
    retry: { max: 2, backoff: 1ms..1ms }
    do:
      - id: a
        llm: mock/script
        prompt: x
        retry: { max: 1 }
        params: { script: "\${[{'fault': 'unavailable'}]}" }
    on_error: continue
  - { id: b, set: { attempts: steps.f.attempts } }
`,
    output: { attempts: 2 },
  },
])

const WIDE = (concurrency: number): string => `
steps:
  - id: f
    foreach: "[1, 2, 3, 4, 5, 6, 7]"
    as: n
    concurrency: ${concurrency}
    yields: "null"
    do: [{ id: a, llm: mock/script, prompt: x, params: { script: [{ text: slow, delay: 1s }] } }]
`

for (const [concurrency, seconds] of [
  [1, 7],
  [3, 3],
  [10, 1],
] as const) {
  test(`concurrency ${concurrency} runs at most ${concurrency} items at once`, async () => {
    const { notices, finish } = await startWorkflow(WIDE(concurrency))
    const exit = await finish()
    let running = 0
    let most = 0
    for (const { type } of notices) {
      if (type === 'attempt.started') most = Math.max(most, ++running)
      else if (type === 'effect.ended') running--
    }
    assert.is(most, Math.min(concurrency, 7))
    assert.is(exit.kind === 'ended' && exit.durationMs, seconds * 1000)
  })
}

test('the first fault stops the running items, and no other item starts', async () => {
  const { notices, finish, run } = await startWorkflow(`
steps:
  - id: f
    foreach: "[2000, 1000, 500, 1]"
    as: ms
    concurrency: 2
    do:
      - id: a
        llm: mock/script
        prompt: x
        params: { script: ["\${ms == 1000 ? {'fault': 'refused', 'delay': '1s'} : {'text': 'ok', 'delay': '2s'}}"] }
`)
  await finish()
  const paths = (type: string): string[] =>
    notices.flatMap((notice) => (notice.type === type && 'effect' in notice ? [notice.effect.path] : []))
  assert.equal(paths('attempt.started'), ['f[0]/a', 'f[1]/a'])
  assert.equal(
    notices.flatMap((notice) => (notice.type === 'effect.stopped' ? [notice.path] : [])),
    ['f[0]/a'],
  )
  assert.is(run.state.end?.error?.step, 'f[1]/a')
})

test.run()
