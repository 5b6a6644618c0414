import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startWorkflow } from '../../support/run-workflow.ts'
import { addWorkflowCases } from '../../support/workflow-cases.ts'

const SLOW = `{ script: [{ text: slow, delay: 2s }] }`
const BAD = `{ script: [{ fault: refused }] }`

const test = suite('parallel')

addWorkflowCases(test, [
  {
    title: 'all: gives out the last output of every branch',
    workflow: `
steps:
  - id: p
    parallel:
      left:
        - { id: a, llm: mock/echo, prompt: one }
        - { id: b, set: { x: steps.a.output.text + "!" } }
      right: [{ id: c, llm: mock/script, prompt: x, params: ${SLOW} }]
`,
    output: { left: { x: 'one!' }, right: { text: 'slow' } },
  },
  {
    title: 'all: a fault in one branch cancels the others and is the fault of the parallel',
    workflow: `
steps:
  - id: p
    parallel:
      left: [{ id: a, llm: mock/script, prompt: x, params: ${SLOW} }]
      right: [{ id: b, llm: mock/script, prompt: x, params: ${BAD} }]
    on_error: { refused: h }
  - { id: n, set: { x: 1 }, next: end }
  - { id: h, set: { a: steps.a.status, b: steps.b.status, p: steps.p.status } }
`,
    output: { a: 'cancelled', b: 'failed', p: 'failed' },
  },
  {
    title: 'all: an unhandled fault ends the run, and names the step in the branch',
    workflow: `
steps:
  - id: p
    parallel:
      left: [{ id: a, llm: mock/script, prompt: x, params: ${SLOW} }]
      right: [{ id: b, llm: mock/script, prompt: x, params: ${BAD} }]
`,
    fails: { code: 'refused', step: 'b' },
  },
  {
    title: 'any: the first branch to complete wins, the others are cancelled and give out null',
    workflow: `
steps:
  - id: p
    parallel:
      left: [{ id: a, llm: mock/script, prompt: x, params: ${SLOW} }]
      right: [{ id: b, llm: mock/echo, prompt: quick }]
    join: any
  - { id: c, set: { a: steps.a.status, p: steps.p.output } }
`,
    output: { a: 'cancelled', p: { left: null, right: { text: 'quick' } } },
  },
  {
    title: 'any: a branch that fails does not matter while another may complete',
    workflow: `
steps:
  - id: p
    parallel:
      left: [{ id: a, llm: mock/script, prompt: x, params: ${SLOW} }]
      right: [{ id: b, llm: mock/script, prompt: x, params: ${BAD} }]
    join: any
  - { id: c, set: { a: steps.a.status, b: steps.b.status } }
`,
    output: { a: 'completed', b: 'failed' },
  },
  {
    title: 'any: when all have failed it is the fault join_failed',
    workflow: `
steps:
  - id: p
    parallel:
      left: [{ id: a, llm: mock/script, prompt: x, params: ${BAD} }]
      right: [{ id: b, llm: mock/script, prompt: x, params: ${BAD} }]
    join: any
`,
    fails: { code: 'join_failed', step: 'p', details: { step: 'p', branches: 2, needed: 1, failed: 2 } },
  },
  {
    title: 'at_least: joins when enough have completed',
    workflow: `
steps:
  - id: p
    parallel:
      one: [{ id: a, llm: mock/echo, prompt: one }]
      two: [{ id: b, llm: mock/script, prompt: x, params: ${SLOW} }]
      three: [{ id: c, llm: mock/echo, prompt: three }]
    join: { at_least: 2 }
  - { id: d, set: { b: steps.b.status } }
`,
    output: { b: 'cancelled' },
  },
  {
    title: 'at_least: fails as soon as too few are left, and cancels those',
    workflow: `
steps:
  - id: p
    parallel:
      one: [{ id: a, llm: mock/script, prompt: x, params: ${BAD} }]
      two: [{ id: b, llm: mock/script, prompt: x, params: ${SLOW} }]
      three: [{ id: c, llm: mock/script, prompt: x, params: ${BAD} }]
    join: { at_least: 2 }
    on_error: { join_failed: continue }
  - { id: d, set: { b: steps.b.status, p: steps.p.status } }
`,
    output: { b: 'cancelled', p: 'failed' },
  },
  {
    title: 'settled: a fault in one branch cancels none, and each branch gives its value or its error',
    workflow: `
steps:
  - id: p
    parallel:
      left: [{ id: a, llm: mock/script, prompt: x, params: ${SLOW} }]
      right:
        - { id: b, llm: mock/script, prompt: x, params: ${BAD} }
        - { id: c, set: { x: 1 } }
    join: settled
  - { id: n, set: { a: steps.a.status, c: steps.c.status, p: steps.p.status, right: steps.p.output.right.ok } }
output: { n: steps.n.output, left: steps.p.output.left, code: steps.p.output.right.?error.?code.orValue('') }
`,
    output: {
      n: { a: 'completed', c: 'pending', p: 'completed', right: false },
      left: { ok: true, value: { text: 'slow' } },
      code: 'refused',
    },
  },
  {
    title: 'settled: completes when every branch has failed, a fail step and a block with its own handler included',
    workflow: `
steps:
  - id: p
    parallel:
      one: [{ id: a, fail: { code: gone, message: no } }]
      two: [{ id: inner, parallel: { x: [{ id: b, llm: mock/script, prompt: x, params: ${BAD} }] } }]
      three:
        - id: tried
          on_error: { unavailable: continue }
          do: [{ id: c, llm: mock/script, prompt: x, params: ${BAD} }]
    join: settled
output:
  codes: "[steps.p.output.one, steps.p.output.two, steps.p.output.three].map(branch, branch.?error.?code.orValue('none'))"
  statuses: [steps.inner.status, steps.tried.status]
`,
    output: { codes: ['gone', 'refused', 'refused'], statuses: ['failed', 'failed'] },
  },
  {
    title: 'settled: an error of an earlier iteration is not that of this one',
    workflow: `
steps:
  - id: l
    loop: { until: iter.count >= 2, max: 2 }
    do:
      - id: p
        parallel:
          only:
            - id: a
              llm: mock/script
              prompt: x
              params: { script: [{ fault: refused }, good] }
        join: settled
`,
    output: { only: { ok: true, value: { text: 'good' } } },
  },
  {
    title: 'settled: the timeout of the step ends the branches, and is its fault',
    workflow: `
steps:
  - id: p
    timeout: 1s
    parallel:
      left: [{ id: a, llm: mock/script, prompt: x, params: ${SLOW} }]
      right: [{ id: b, llm: mock/script, prompt: x, params: ${BAD} }]
    join: settled
    on_error: { timeout: continue }
  - { id: n, set: { a: steps.a.status, b: steps.b.status, p: steps.p.status } }
`,
    output: { a: 'cancelled', b: 'failed', p: 'failed' },
  },
  {
    title: 'settled: a jump out of a branch leaves the parallel, and cancels the other branches',
    workflow: `
steps:
  - id: p
    parallel:
      left: [{ id: a, llm: mock/script, prompt: x, params: ${SLOW} }]
      right: [{ id: b, llm: mock/script, prompt: x, params: ${BAD}, on_error: far }]
    join: settled
  - { id: n, set: { x: 1 }, next: end }
  - { id: far, set: { a: steps.a.status, p: steps.p.status } }
`,
    output: { a: 'cancelled', p: 'cancelled' },
  },
  {
    title: 'settled: a limit of the run ends it, whatever the branches do',
    workflow: `
limits: { steps: 1 }
steps:
  - id: p
    parallel:
      left: [{ id: a, llm: mock/echo, prompt: x }]
      right: [{ id: b, llm: mock/echo, prompt: x }]
    join: settled
`,
    fails: { code: 'budget_exceeded', step: null },
  },
  {
    title: 'a loser gives out null also when it had completed in an earlier visit',
    workflow: `
steps:
  - id: l
    loop: { until: iter.count >= 2, max: 2 }
    do:
      - id: p
        parallel:
          left:
            - id: a
              llm: mock/script
              prompt: x
              params: { script: [quick, { text: late, delay: 2s }] }
            - { id: a2, set: { text: steps.a.output.text } }
          right:
            - id: b
              llm: mock/script
              prompt: x
              params: { script: [{ text: late, delay: 2s }, quick] }
        join: any
`,
    output: { left: null, right: { text: 'quick' } },
  },
  {
    title: 'a jump out of a branch cancels the other branches',
    workflow: `
steps:
  - id: p
    parallel:
      left: [{ id: a, llm: mock/script, prompt: x, params: ${SLOW} }]
      right:
        - { id: b, llm: mock/echo, prompt: go }
        - id: s
          switch: [{ when: steps.b.output.text == "go", next: far }]
  - { id: n, set: { x: 1 }, next: end }
  - { id: far, set: { a: steps.a.status, p: steps.p.status, s: steps.s.status } }
`,
    output: { a: 'cancelled', p: 'cancelled', s: 'completed' },
  },
  {
    title: 'on_error of a step in a branch may leave the branch',
    workflow: `
steps:
  - id: p
    parallel:
      left: [{ id: a, llm: mock/script, prompt: x, params: ${SLOW} }]
      right: [{ id: b, llm: mock/script, prompt: x, params: ${BAD}, on_error: { refused: far } }]
  - { id: n, set: { x: 1 }, next: end }
  - { id: far, set: { a: steps.a.status, p: steps.p.status, code: error.code } }
`,
    output: { a: 'cancelled', p: 'cancelled', code: 'refused' },
  },
  {
    title: 'a parallel inside a branch fails with its branch alone where the outer one can still join',
    workflow: `
steps:
  - id: outer
    parallel:
      left:
        - id: inner
          parallel:
            one: [{ id: a, llm: mock/script, prompt: x, params: ${BAD} }]
            two: [{ id: b, llm: mock/script, prompt: x, params: ${SLOW} }]
      right: [{ id: c, llm: mock/script, prompt: x, params: ${SLOW} }]
    join: any
  - { id: d, set: { inner: steps.inner.status, b: steps.b.status, c: steps.c.status } }
`,
    output: { inner: 'failed', b: 'cancelled', c: 'completed' },
  },
])

test('the call of a loser is called off as soon as the winner has completed', async () => {
  const { finish, notices, clock } = await startWorkflow(`
steps:
  - id: p
    parallel:
      left: [{ id: a, llm: mock/script, prompt: x, params: ${SLOW} }]
      right: [{ id: b, llm: mock/echo, prompt: quick }]
    join: any
`)
  const before = clock.now()
  await finish()
  assert.equal(
    notices.flatMap((notice) => (notice.type === 'effect.stopped' ? [notice.path] : [])),
    ['a'],
  )
  assert.is(clock.now(), before, 'no time passed')
})

test.run()
