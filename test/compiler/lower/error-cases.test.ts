import { suite } from 'uvu'
import { addWorkflowCases } from '../../support/workflow-cases.ts'

const failing = (message: string, code = 'refused'): string =>
  `llm: mock/script, prompt: x, params: { script: [{ fault: { code: ${code}, message: "${message}" } }] }, retry: { max: 1 }`

/** Ends with the steps that were taken, by their ids. */
const HANDLERS = `
  - { id: one, set: { by: "'one'", code: error.code, tries: steps.a.attempts }, next: end }
  - { id: two, set: { by: "'two'", code: error.code, tries: steps.a.attempts }, next: end }
  - { id: rest, set: { by: "'rest'", code: error.code, tries: steps.a.attempts } }
`

const LIST = `[{ when: "error.message.contains('first')", next: one }, { code: refused, next: two }, { when: "error.details.kind == 'x'", next: one }, { else: rest }]`

const test = suite('cases of on_error')

for (const [message, code, by] of [
  ['first and refused', 'refused', 'one'],
  ['second', 'refused', 'two'],
  ['first', 'unavailable', 'one'],
  ['third', 'unavailable', 'rest'],
] as const)
  addWorkflowCases(test, [
    {
      title: `of a list the first case that matches takes ${code} '${message}': ${by}`,
      workflow: `
steps:
  - { id: a, ${failing(message, code)}, on_error: ${LIST}, next: end }
${HANDLERS}`,
      output: { by, code, tries: 1 },
    },
  ])

addWorkflowCases(test, [
  {
    title: 'a list without else fails with a fault that no case takes, at the step that it came from',
    workflow: `
steps:
  - id: b
    do: [{ id: a, ${failing('x')} }]
    on_error: [{ when: error.code == 'timeout', next: continue }, { code: unavailable, next: continue }]
`,
    fails: { code: 'refused', step: 'a' },
  },
  {
    title: 'continue and fail may stand in a case, and fail keeps later cases from being tried',
    workflow: `
steps:
  - { id: a, ${failing('x')}, on_error: [{ when: "error.message == 'x'", next: continue }, { else: fail }] }
  - id: b
    do: [{ id: c, ${failing('x')} }]
    on_error: [{ when: "steps.a.status == 'failed' && steps.c.status == 'failed'", next: fail }, { else: continue }]
`,
    fails: { code: 'refused', step: 'c' },
  },
  {
    title: 'a star in a map takes all codes that the map does not name, wherever it stands',
    workflow: `
steps:
  - { id: a, ${failing('x', 'unavailable')}, on_error: { "*": continue, unavailable: two } }
  - { id: b, ${failing('x')}, on_error: { "*": one, unavailable: fail } }
  - { id: two, set: { x: 1 } }
  - { id: c, ${failing('x')}, on_error: { "*": one, unavailable: fail }, next: end }
  - { id: one, set: { a: steps.a.status, b: steps.b.status, code: error.code } }
`,
    output: { a: 'failed', b: 'pending', code: 'refused' },
  },
  {
    title: 'a retry of a block comes before its cases',
    workflow: `
steps:
  - id: b
    retry: { max: 3, backoff: 1ms..1ms }
    do: [{ id: a, ${failing('x', 'unavailable')} }]
    on_error: [{ when: error.code == 'unavailable', next: h }]
    next: end
  - { id: h, set: { tries: steps.b.attempts, code: error.code } }
`,
    output: { tries: 3, code: 'unavailable' },
  },
  {
    title: 'the timeouts of a block and of a wait are judged too',
    workflow: `
steps:
  - id: b
    timeout: 10ms
    do: [{ id: w, wait: { for: 1h } }]
    on_error: [{ when: "error.details.step == 'b' && steps.w.status == 'cancelled'", next: e }, { else: fail }]
    next: end
  - id: e
    wait: { event: never }
    timeout: 10ms
    on_error: [{ when: "error.details.step == 'e'", next: h }, { else: fail }]
    next: end
  - { id: h, set: { b: steps.b.error.code, e: steps.e.error.code } }
`,
    output: { b: 'timeout', e: 'timeout' },
  },
  {
    title: 'a fault of entering a step is judged: an expression without a value, and one visit too many',
    workflow: `
input: { n: integer }
steps:
  - id: s
    set: { x: 1 / input.n }
    on_error: [{ when: "error.message.contains('division')", next: v }, { else: fail }]
    next: end
  - id: v
    max_visits: 2
    set: { n: steps.?s.?error.?code.orValue('') }
    on_error: [{ when: error.code == 'visits_exhausted' && error.details.max_visits == 2, next: h }]
  - { id: again, set: { x: 1 }, next: v }
  - { id: h, set: { of: error.code, s: steps.s.error.code } }
`,
    input: { n: 0 },
    output: { of: 'visits_exhausted', s: 'expression_failed' },
  },
  {
    title: 'a loop that does not end, branches too few and items of a foreach are judged',
    workflow: `
steps:
  - id: l
    loop: { until: "false", max: 2 }
    do: [{ id: x, set: { n: iter.count } }]
    on_error: [{ when: error.details.max == 2, next: p }, { else: fail }]
    next: end
  - id: p
    parallel: { a: [{ id: pa, ${failing('x')} }], b: [{ id: pb, ${failing('x')} }] }
    join: any
    on_error: [{ when: error.details.failed == 2, next: f }, { else: fail }]
    next: end
  - id: f
    foreach: "[1, 2, 3]"
    as: n
    do:
      - { id: i, ${failing('x')}, on_error: [{ when: n == 2, next: fail }, { else: continue }] }
    on_error: [{ when: error.code == 'refused', next: h }]
    next: end
  - { id: h, set: { l: steps.l.error.code, p: steps.p.error.code, f: steps.f.error.code } }
`,
    output: { l: 'loop_exhausted', p: 'join_failed', f: 'refused' },
  },
  {
    title: 'a case may lead back to the step itself',
    workflow: `
steps:
  - id: a
    max_visits: 3
    llm: mock/script
    prompt: x
    params: { script: [{ fault: refused }, { fault: refused }, ok] }
    on_error: [{ when: error.code != 'visits_exhausted' && steps.a.attempts == 1, next: a }]
  - { id: d, set: { text: steps.a.output.text } }
`,
    output: { text: 'ok' },
  },
])

test.run()
