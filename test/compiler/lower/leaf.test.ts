import { suite } from 'uvu'
import { addWorkflowCases } from '../../support/workflow-cases.ts'

const test = suite('single steps')

addWorkflowCases(test, [
  {
    title: 'steps run one after the other, and the run gives out what the last one gave',
    workflow: `
steps:
  - { id: a, llm: mock/echo, prompt: one }
  - { id: b, llm: mock/echo, prompt: "\${steps.a.output.text} two" }
`,
    output: { text: 'one two' },
  },
  {
    title: 'output is evaluated when the last step has ended',
    workflow: `
steps:
  - { id: a, set: { n: 1 + 1 } }
output: { n: steps.a.output.n * 10, status: steps.a.status }
`,
    output: { n: 20, status: 'completed' },
  },
  {
    title: 'an output that fails ends the run as failed, by no step',
    workflow: `
input: { n: number }
steps:
  - { id: a, set: { n: input.n } }
output: { n: 1 / steps.a.output.n }
`,
    input: { n: 0 },
    fails: { code: 'expression_failed', step: null },
  },
  {
    title: 'when: false skips the step and goes on behind it',
    workflow: `
steps:
  - { id: a, llm: mock/echo, prompt: one, when: 1 > 2 }
  - { id: b, set: { status: steps.a.status, attempts: steps.a.attempts } }
`,
    output: { status: 'skipped', attempts: 0 },
  },
  {
    title: 'a skipped step follows its next all the same',
    workflow: `
input: { go: boolean }
steps:
  - id: s
    switch: [{ when: "input.go && input.go == false", next: b }]
  - { id: a, set: { x: 1 }, when: input.go, next: c }
  - { id: b, set: { x: "'b'" } }
  - { id: c, set: { a: steps.a.status, b: steps.b.status } }
`,
    input: { go: false },
    output: { a: 'skipped', b: 'pending' },
  },
  {
    title: 'a when that fails is a fault of its step, which on_error can match',
    workflow: `
input: { n: number }
steps:
  - { id: a, set: { x: 1 }, when: 1 / input.n > 0, on_error: { expression_failed: c } }
  - { id: b, fail: { code: not_here, message: no } }
  - { id: c, set: { code: error.code, step: error.details.step, status: steps.a.status } }
`,
    input: { n: 0 },
    output: { code: 'expression_failed', step: 'a', status: 'failed' },
  },
  {
    title: 'a skipped step overwrites the record of an earlier visit',
    workflow: `
steps:
  - id: l
    loop: { until: iter.count >= 2, max: 3 }
    do:
      - { id: a, set: { n: iter.count }, when: iter.first }
      - { id: b, set: { status: steps.a.status, n: "steps.?a.?output.?n.orValue(-1)" } }
`,
    output: { status: 'skipped', n: -1 },
  },
  {
    title: 'a step that runs again keeps its record until it ends again',
    workflow: `
steps:
  - id: l
    loop: { until: iter.count >= 2, max: 3 }
    do:
      - { id: before, set: { n: "steps.?a.?output.?n.orValue(0)", status: steps.a.status } }
      - { id: a, set: { n: iter.count } }
output: steps.before.output
`,
    output: { n: 1, status: 'completed' },
  },
  {
    title: 'next: end completes the run',
    workflow: `
input: { stop: boolean }
steps:
  - { id: a, set: { x: 1 } }
  - id: s
    switch: [{ when: input.stop, next: end }]
  - { id: b, fail: { code: not_here, message: no } }
output: { x: steps.a.output.x, b: steps.b.status }
`,
    input: { stop: true },
    output: { x: 1, b: 'pending' },
  },
  {
    title: 'without an output, a run that ends early gives out null',
    workflow: `
input: { stop: boolean }
steps:
  - id: s
    switch: [{ when: input.stop, next: end }]
  - { id: b, set: { x: 1 } }
`,
    input: { stop: true },
    output: null,
  },
  {
    title: 'fail ends the run with its own code and message, and names the step',
    workflow: `
steps:
  - { id: a, fail: { code: out_of_stock, message: "only \${1 + 1} left" } }
`,
    fails: { code: 'out_of_stock', step: 'a', message: 'only 2 left' },
  },
  {
    title: 'the code of a fail can be matched by the block around it',
    workflow: `
steps:
  - id: b
    do:
      - { id: a, fail: { code: out_of_stock, message: sorry } }
    on_error: { out_of_stock: c }
  - { id: c, set: { code: error.code, message: error.message, a: steps.a.status, b: steps.b.status } }
`,
    output: { code: 'out_of_stock', message: 'sorry', a: 'failed', b: 'failed' },
  },
  {
    title: 'on_error: continue goes on behind the failed step, whose error can be read',
    workflow: `
steps:
  - id: a
    llm: mock/script
    prompt: x
    params: { script: [{ fault: { code: refused, message: nope } }] }
    on_error: continue
  - { id: b, set: { error: "steps.?a.?error.orValue(null)", status: steps.a.status } }
`,
    output: { error: { code: 'refused', message: 'nope', details: {} }, status: 'failed' },
  },
  {
    title: 'on_error: fail and a code that is not matched end the run',
    workflow: `
steps:
  - id: a
    llm: mock/script
    prompt: x
    params: { script: [{ fault: refused }] }
    on_error: { timeout: continue, refused: fail }
  - { id: b, set: { x: 1 } }
`,
    fails: { code: 'refused', step: 'a' },
  },
  {
    title: 'attempts counts every attempt of the last visit',
    workflow: `
steps:
  - id: a
    llm: mock/script
    prompt: x
    params: { script: [{ fault: unavailable }, { fault: unavailable }, ok] }
    retry: { max: 3, backoff: 1ms..1ms }
  - { id: b, set: { attempts: steps.a.attempts, text: steps.a.output.text } }
`,
    output: { attempts: 3, text: 'ok' },
  },
  {
    title: 'retry stops at max, and the last fault counts',
    workflow: `
steps:
  - id: a
    llm: mock/script
    prompt: x
    params: { script: [{ fault: unavailable }, { fault: rate_limited }, ok] }
    retry: { max: 2, backoff: 1ms..1ms }
`,
    fails: { code: 'rate_limited', step: 'a' },
  },
  {
    title: 'retry.on limits the retries to its codes',
    workflow: `
steps:
  - id: a
    llm: mock/script
    prompt: x
    params: { script: [{ fault: unavailable }, ok] }
    retry: { max: 3, backoff: 1ms..1ms, on: [timeout] }
`,
    fails: { code: 'unavailable', step: 'a' },
  },
  {
    title: 'a fault that is not retryable is not retried',
    workflow: `
steps:
  - id: a
    llm: mock/script
    prompt: x
    params: { script: [{ fault: refused }, ok] }
    on_error: continue
  - { id: b, set: { attempts: steps.a.attempts } }
`,
    output: { attempts: 1 },
  },
  {
    title: 'timeout is of each attempt, and a timeout is retried',
    workflow: `
steps:
  - id: a
    llm: mock/script
    prompt: x
    params: { script: [{ text: slow, delay: 2s }, quick] }
    timeout: 1s
    retry: { max: 2, backoff: 1ms..1ms }
  - { id: b, set: { text: steps.a.output.text, attempts: steps.a.attempts } }
`,
    output: { text: 'quick', attempts: 2 },
  },
  {
    title: 'an answer that does not match returns is the fault invalid_output, and is retried',
    workflow: `
steps:
  - id: a
    llm: mock/script
    prompt: x
    returns: { n: integer }
    params: { script: [{ n: many }, { n: 3 }] }
    retry: { max: 2, backoff: 1ms..1ms }
  - { id: b, set: { n: steps.a.output.n, attempts: steps.a.attempts } }
`,
    output: { n: 3, attempts: 2 },
  },
])

test.run()
