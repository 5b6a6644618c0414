import { suite } from 'uvu'
import { addWorkflowCases } from '../../support/workflow-cases.ts'

const switches = suite('switch')

const SWITCH = `
input: { n: integer }
steps:
  - id: s
    switch:
      - when: input.n == 1
        do:
          - { id: one, set: { x: "'one'" } }
          - { id: uno, set: { x: "'uno'" } }
      - when: input.n == 2
        next: far
      - when: input.n == 1 || input.n == 3
        do: [{ id: three, set: { x: "'three'" } }]
      - else: { do: [{ id: other, set: { x: "'other'" } }] }
  - { id: after, set: { s: "steps.?s.?output.orValue('nothing')" } }
  - { id: far, set: { s: "steps.?s.?output.orValue('nothing')", after: steps.after.status, status: steps.s.status } }
`

addWorkflowCases(switches, [
  {
    title: 'the first case that matches wins, and its last step gives the output',
    workflow: SWITCH,
    input: { n: 1 },
    output: { s: { x: 'uno' }, after: 'completed', status: 'completed' },
  },
  {
    title: 'next in a case goes there, and the switch has completed with null',
    workflow: SWITCH,
    input: { n: 2 },
    output: { s: 'nothing', after: 'pending', status: 'completed' },
  },
  {
    title: 'a later case is reached when those before do not match',
    workflow: SWITCH,
    input: { n: 3 },
    output: { s: { x: 'three' }, after: 'completed', status: 'completed' },
  },
  {
    title: 'else takes what is left',
    workflow: SWITCH,
    input: { n: 9 },
    output: { s: { x: 'other' }, after: 'completed', status: 'completed' },
  },
  {
    title: 'without a match and without else it goes on',
    workflow: `
input: { n: integer }
steps:
  - id: s
    switch: [{ when: input.n == 1, do: [{ id: a, set: { x: 1 } }] }]
  - { id: b, set: { s: steps.s.status, a: steps.a.status } }
`,
    input: { n: 2 },
    output: { s: 'completed', a: 'pending' },
  },
  {
    title: 'else: continue goes on behind the switch, by its next',
    workflow: `
input: { n: integer }
steps:
  - id: s
    switch: [{ when: input.n == 1, next: b }, { else: continue }]
    next: c
  - { id: b, set: { x: 1 }, next: end }
  - { id: c, set: { b: steps.b.status } }
`,
    input: { n: 2 },
    output: { b: 'pending' },
  },
  {
    title: 'a condition that fails is a fault of the switch',
    workflow: `
input: { n: integer }
steps:
  - id: s
    switch: [{ when: 1 / input.n > 0, do: [{ id: a, set: { x: 1 } }] }]
`,
    input: { n: 0 },
    fails: { code: 'expression_failed', step: 's' },
  },
])

const jumps = suite('jumps')

addWorkflowCases(jumps, [
  {
    title: 'a jump back runs its target again, up to max_visits',
    workflow: `
steps:
  - { id: a, set: { n: "steps.?a.?output.?n.orValue(0) + 1" }, max_visits: 5 }
  - id: s
    switch: [{ when: steps.a.output.n < 3, next: a }]
output: steps.a.output
`,
    output: { n: 3 },
  },
  {
    title: 'the visit after the last is the fault visits_exhausted',
    workflow: `
steps:
  - { id: a, set: { n: "steps.?a.?output.?n.orValue(0) + 1" }, max_visits: 5 }
  - id: s
    switch: [{ when: steps.a.output.n < 9, next: a }]
`,
    fails: { code: 'visits_exhausted', step: 'a', details: { step: 'a', max_visits: 5 } },
  },
  {
    title: 'visits_exhausted can be matched, and the step keeps its count',
    workflow: `
steps:
  - { id: a, set: { x: 1 }, max_visits: 2, on_error: { visits_exhausted: h } }
  - { id: back, set: { x: 1 }, next: a }
  - { id: h, set: { code: error.code, a: steps.a.status } }
`,
    output: { code: 'visits_exhausted', a: 'failed' },
  },
  {
    title: 'max_visits counts the visits of a block, not the tries of its retry',
    workflow: `
steps:
  - id: b
    max_visits: 1
    retry: { max: 3, backoff: 1ms..1ms }
    do:
      - id: a
        llm: mock/script
        prompt: x
        params: { script: [{ fault: unavailable }, { fault: unavailable }, ok] }
        retry: { max: 1 }
  - { id: c, set: { attempts: steps.b.attempts, text: steps.b.output.text } }
`,
    output: { attempts: 3, text: 'ok' },
  },
  {
    title: 'a jump out of nested blocks marks what still ran in them as cancelled',
    workflow: `
steps:
  - id: outer
    do:
      - id: inner
        do:
          - { id: a, set: { x: 1 } }
          - { id: b, set: { x: 1 } }
          - id: s
            switch: [{ when: steps.b.output.x == 1, next: far }]
          - { id: c, set: { x: 1 } }
  - id: far
    set: { outer: steps.outer.status, inner: steps.inner.status, a: steps.a.status, c: steps.c.status }
`,
    output: { outer: 'cancelled', inner: 'cancelled', a: 'completed', c: 'pending' },
  },
])

const loops = suite('loop')

addWorkflowCases(loops, [
  {
    title: 'until is tested after each iteration, where iter.count is the number of finished ones',
    workflow: `
steps:
  - id: l
    loop: { until: iter.count >= 3, max: 10 }
    do: [{ id: a, set: { n: iter.count, first: iter.first } }]
`,
    output: { n: 3, first: false },
  },
  {
    title: 'while is tested before: a body may never run',
    workflow: `
steps:
  - id: l
    loop: { while: iter.count < 0, max: 10 }
    do: [{ id: a, set: { n: 1 } }]
  - { id: b, set: { l: steps.l.status, a: steps.a.status } }
`,
    output: { l: 'completed', a: 'pending' },
  },
  {
    title: 'while runs as long as it holds',
    workflow: `
steps:
  - id: l
    loop: { while: "steps.?a.?output.?n.orValue(0) < 4", max: 10 }
    do: [{ id: a, set: { n: "steps.?a.?output.?n.orValue(0) + 1" } }]
output: steps.a.status
`,
    output: 'completed',
  },
  {
    title: 'reaching max is the fault loop_exhausted',
    workflow: `
steps:
  - id: l
    loop: { until: iter.count >= 9, max: 3 }
    do: [{ id: a, set: { n: iter.count } }]
`,
    fails: { code: 'loop_exhausted', step: 'l', details: { step: 'l', max: 3 } },
  },
  {
    title: 'a loop that ends with its last iteration is not exhausted',
    workflow: `
steps:
  - id: l
    loop: { until: iter.count >= 3, max: 3 }
    do: [{ id: a, set: { n: iter.count } }]
`,
    output: { n: 3 },
  },
  {
    title: 'on_max: continue completes it with what the last iteration gave',
    workflow: `
steps:
  - id: l
    loop: { while: iter.count < 9, max: 3, on_max: continue }
    do: [{ id: a, set: { n: iter.count } }]
`,
    output: { n: 3 },
  },
  {
    title: 'loop_exhausted can be matched',
    workflow: `
steps:
  - id: l
    loop: { until: iter.count >= 9, max: 3 }
    do: [{ id: a, set: { n: iter.count } }]
    on_error: { loop_exhausted: continue }
  - { id: b, set: { l: steps.l.status, a: "steps.?a.?output.?n.orValue(0)" } }
`,
    output: { l: 'failed', a: 3 },
  },
  {
    title: 'a test that fails is a fault of the loop',
    workflow: `
input: { n: integer }
steps:
  - id: l
    loop: { until: 1 / input.n > 0, max: 3 }
    do: [{ id: a, set: { n: iter.count } }]
`,
    input: { n: 0 },
    fails: { code: 'expression_failed', step: 'l' },
  },
  {
    title: 'iter is that of the nearest loop, and an inner loop starts anew in each iteration of the outer',
    workflow: `
steps:
  - id: outer
    loop: { until: iter.count >= 2, max: 5 }
    do:
      - { id: a, set: { n: iter.count } }
      - id: inner
        loop: { until: iter.count >= 3, max: 5 }
        do: [{ id: b, set: { sum: "steps.?b.?output.?sum.orValue(0) + iter.count + steps.a.output.n * 100" } }]
`,
    output: { sum: 912 },
  },
])

for (const one of [switches, jumps, loops]) one.run()
