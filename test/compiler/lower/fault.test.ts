import { suite } from 'uvu'
import { addWorkflowCases } from '../../support/workflow-cases.ts'

const BAD = `{ script: [{ fault: refused }] }`

const test = suite('faults of blocks')

addWorkflowCases(test, [
  {
    title: 'a fault that no step handles goes to the nearest block whose on_error names its code',
    workflow: `
steps:
  - id: outer
    do:
      - id: inner
        do: [{ id: a, llm: mock/script, prompt: x, params: ${BAD} }]
        on_error: { timeout: continue }
    on_error: { refused: h }
  - { id: n, set: { x: 1 }, next: end }
  - id: h
    set: { a: steps.a.status, inner: steps.inner.status, outer: steps.outer.status, code: error.code, at: error.details }
`,
    output: { a: 'failed', inner: 'failed', outer: 'failed', code: 'refused', at: {} },
  },
  {
    title: 'on_error: continue of a block goes on behind it',
    workflow: `
steps:
  - id: b
    do:
      - { id: a, llm: mock/script, prompt: x, params: ${BAD} }
      - { id: c, set: { x: 1 } }
    on_error: continue
  - { id: d, set: { b: steps.b.status, c: steps.c.status, code: "steps.?b.?error.?code.orValue('')" } }
`,
    output: { b: 'failed', c: 'pending', code: 'refused' },
  },
  {
    title: 'the error of a run names the step that the fault came from, not the blocks it went through',
    workflow: `
steps:
  - id: outer
    do:
      - id: inner
        do: [{ id: a, llm: mock/script, prompt: x, params: ${BAD} }]
        retry: { max: 2, backoff: 1ms..1ms }
`,
    fails: { code: 'refused', step: 'a' },
  },
  {
    title: 'error is the fault that led here, also in the steps of a block that was reached by it',
    workflow: `
steps:
  - { id: a, llm: mock/script, prompt: x, params: ${BAD}, on_error: { refused: h } }
  - { id: n, set: { x: 1 }, next: end }
  - id: h
    do:
      - { id: i, set: { x: 1 } }
      - { id: j, set: { code: error.code, message: error.message } }
`,
    output: { code: 'refused', message: 'as the script says' },
  },
  {
    title: 'a retry clears the records of the steps of its block, and counts its tries',
    workflow: `
steps:
  - id: b
    retry: { max: 3, backoff: 1ms..1ms }
    do:
      - { id: s, set: { c: steps.c.status } }
      - { id: c, set: { x: 1 } }
      - id: a
        llm: mock/script
        prompt: x
        params: { script: [{ fault: unavailable }, { fault: unavailable }, ok] }
        retry: { max: 1 }
  - { id: d, set: { tries: steps.b.attempts, c: steps.s.output.c } }
`,
    output: { tries: 3, c: 'pending' },
  },
  {
    title: 'a block whose tries are used up fails with the last fault',
    workflow: `
steps:
  - id: b
    retry: { max: 2, backoff: 1ms..1ms }
    do:
      - id: a
        llm: mock/script
        prompt: x
        params: { script: [{ fault: unavailable }, { fault: rate_limited }, ok] }
        retry: { max: 1 }
    on_error: continue
  - { id: d, set: { tries: steps.b.attempts, code: "steps.?b.?error.?code.orValue('')" } }
`,
    output: { tries: 2, code: 'rate_limited' },
  },
  {
    title: 'a fault that is not retryable is not retried by a block, unless retry.on names it',
    workflow: `
steps:
  - id: b
    retry: { max: 3, backoff: 1ms..1ms }
    do: [{ id: a, llm: mock/script, prompt: x, params: ${BAD} }]
    on_error: continue
  - id: c
    retry: { max: 3, backoff: 1ms..1ms, on: [refused] }
    do: [{ id: e, llm: mock/script, prompt: x, params: ${BAD} }]
    on_error: continue
  - { id: d, set: { b: steps.b.attempts, c: steps.c.attempts } }
`,
    output: { b: 1, c: 3 },
  },
  {
    title: 'loop and switch and foreach are retried as a whole too',
    workflow: `
steps:
  - id: l
    loop: { until: iter.count >= 2, max: 3 }
    retry: { max: 2, backoff: 1ms..1ms }
    do: [{ id: a, llm: mock/script, prompt: x, retry: { max: 1 }, params: { script: [one, { fault: unavailable }, three, four] } }]
  - id: s
    switch: [{ when: 1 < 2, do: [{ id: b, llm: mock/script, prompt: x, retry: { max: 1 }, params: { script: [{ fault: unavailable }, two] } }] }]
    retry: { max: 2, backoff: 1ms..1ms }
  - { id: c, set: { l: steps.l.output.text, lt: steps.l.attempts, st: steps.s.attempts, b: "steps.?b.?output.?text.orValue('')" } }
`,
    output: { l: 'four', lt: 2, st: 2, b: 'two' },
  },
  {
    title: 'the timeout of a block is of the whole, and calls off what runs in it',
    workflow: `
steps:
  - id: b
    timeout: 3s
    do:
      - { id: a, llm: mock/script, prompt: x, params: { script: [{ text: slow, delay: 2s }] } }
      - { id: c, llm: mock/script, prompt: x, params: { script: [{ text: slow, delay: 2s }] } }
    on_error: { timeout: h }
  - { id: n, set: { x: 1 }, next: end }
  - { id: h, set: { a: steps.a.status, c: steps.c.status, b: steps.b.status } }
`,
    output: { a: 'completed', c: 'cancelled', b: 'failed' },
  },
  {
    title: 'the timeout of a block counts on through its retries, and is not retried',
    workflow: `
steps:
  - id: b
    timeout: 5s
    retry: { max: 9, backoff: 2s..2s, jitter: false }
    do: [{ id: a, llm: mock/script, prompt: x, retry: { max: 1 }, params: { script: [{ fault: unavailable }] } }]
    on_error: { timeout: h }
  - { id: n, set: { x: 1 }, next: end }
  - { id: h, set: { tries: steps.b.attempts } }
`,
    output: { tries: 3 },
  },
  {
    title: 'the timeout of a wait is of the whole',
    workflow: `
steps:
  - { id: w, wait: { for: 1m }, timeout: 1s, on_error: { timeout: continue } }
  - { id: b, set: { w: steps.w.status } }
`,
    output: { w: 'failed' },
  },
  {
    title: 'a block with when: false is skipped with all in it',
    workflow: `
steps:
  - id: p
    when: 1 > 2
    parallel: { x: [{ id: a, set: { x: 1 } }], y: [{ id: b, set: { x: 1 } }] }
  - { id: c, set: { p: steps.p.status, a: steps.a.status } }
`,
    output: { p: 'skipped', a: 'pending' },
  },
])

test.run()
