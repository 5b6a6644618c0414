import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkText, workflowOf } from './check-text.ts'

const test = suite('types of outputs')

const FETCH = 'tool: text.join, with: { parts: [] }'

const TYPES: { kind: string; step: string; type: string }[] = [
  { kind: 'llm', step: '{ id: x, llm: mock/echo, prompt: Hi }', type: '{ text: string }' },
  {
    kind: 'llm with returns',
    step: '{ id: x, llm: mock/echo, prompt: Hi, returns: { ok: boolean, "why?": string } }',
    type: '{ ok: boolean, why?: string }',
  },
  { kind: 'a tool', step: `{ id: x, ${FETCH} }`, type: '{ text: string }' },
  {
    kind: 'a tool that only an agent knows',
    step: '{ id: x, tool: logs.search, runs_on: { needs: [logs] } }',
    type: 'any value',
  },
  {
    kind: 'memory',
    step: '{ id: x, memory: get, with: { namespace: a, key: b } }',
    type: '{ found: boolean, value: any value, version: number }',
  },
  {
    kind: 'set, whose texts may be others tomorrow',
    step: '{ id: x, set: { a: "1", b: "[\'x\', \'y\']", c: "\'on\'" } }',
    type: "{ a: number, b: a list of 'x' | 'y', c: string }",
  },
  { kind: 'wait', step: '{ id: x, wait: { for: 1s } }', type: '{}' },
  { kind: 'wait for an event', step: '{ id: x, wait: { event: paid } }', type: 'any value' },
  {
    kind: 'approve',
    step: '{ id: x, approve: { title: Sure?, form: { amount: number } }, timeout: 1h }',
    type: '{ by: string, at: string, values: { amount: number } }',
  },
  {
    kind: 'approve by several',
    step: '{ id: x, approve: { title: Sure?, count: 2, form: { amount: number } }, timeout: 1h }',
    type: '{ by: string, at: string, values: { amount: number }, decisions: a list of { by: string, at: string, values: an object } }',
  },
  { kind: 'emit', step: '{ id: x, emit: done }', type: '{}' },
  { kind: 'do', step: `{ id: x, do: [{ id: y, ${FETCH} }] }`, type: '{ text: string }' },
  {
    kind: 'do whose last step may be skipped',
    step: `{ id: x, do: [{ id: y, when: input.go, ${FETCH} }] }`,
    type: '{ text: string } | null',
  },
  {
    kind: 'a switch with else',
    step: `{ id: x, switch: [{ when: input.go, do: [{ id: y, ${FETCH} }] }, { else: { do: [{ id: z, set: { n: "1" } }] } }] }`,
    type: '{ text: string } | { n: number }',
  },
  {
    kind: 'a switch that may pass by',
    step: `{ id: x, switch: [{ when: input.go, do: [{ id: y, ${FETCH} }] }] }`,
    type: '{ text: string } | null',
  },
  {
    kind: 'a parallel',
    step: `{ id: x, parallel: { a: [{ id: y, ${FETCH} }], b: [{ id: z, ${FETCH}, on_error: continue }] } }`,
    type: '{ a: { text: string }, b: { text: string } | null }',
  },
  {
    kind: 'a parallel that does not wait for all',
    step: `{ id: x, parallel: { a: [{ id: y, ${FETCH} }], b: [{ id: z, set: { n: "1" } }] }, join: any }`,
    type: '{ a: { text: string } | null, b: { n: number } | null }',
  },
  {
    kind: 'foreach',
    step: `{ id: x, foreach: input.names, do: [{ id: y, ${FETCH} }] }`,
    type: 'a list of { text: string }',
  },
  {
    kind: 'foreach with yields',
    step: `{ id: x, foreach: input.names, as: name, do: [{ id: y, ${FETCH} }], yields: "{'name': name, 'index': index}" }`,
    type: 'a list of { name: string, index: number }',
  },
  {
    kind: 'foreach that collects faults',
    step: `{ id: x, foreach: input.names, on_item_error: collect, do: [{ id: y, ${FETCH} }] }`,
    type: 'a list of { ok: true, value: an object } | { ok: false, error: an object }',
  },
  {
    kind: 'loop with until',
    step: `{ id: x, loop: { until: iter.count > 2, max: 3 }, do: [{ id: y, ${FETCH} }] }`,
    type: '{ text: string }',
  },
  {
    kind: 'loop with while, which may have no iteration',
    step: `{ id: x, loop: { while: iter.count < 2, max: 3 }, do: [{ id: y, ${FETCH} }] }`,
    type: '{ text: string } | null',
  },
]

const INPUT = 'input: { go: boolean, names: [string] }\n'

for (const { kind, step, type } of TYPES)
  test(`the output of ${kind}`, () => {
    const { errors, typeOf } = checkText(workflowOf(`  - ${step}\n`, INPUT))
    assert.equal(errors, [])
    assert.is(typeOf('x'), type)
  })

test('steps that read each other in a circle are of any type there, and found all the same', () => {
  const steps = `  - id: rounds
    loop: { until: iter.count == 3, max: 3 }
    do:
      - id: a
        set: { n: "steps.?b.?output.?n.orValue(0)", own: "steps.?a.?output.?m.orValue(0)" }
      - id: b
        set: { n: steps.a.output.n + 1, wrong: steps.a.output.m }
`
  const { errors, typeOf } = checkText(workflowOf(steps))
  assert.is(typeOf('b'), '{ n: number, wrong: any value }')
  assert.ok(errors.some((error) => error.endsWith('unknown_field')))
})

test('a type that doubles with every step does not grow without end', () => {
  const steps = Array.from({ length: 60 }, (_, index) =>
    index === 0
      ? '  - { id: s0, set: { a: "1" } }\n'
      : `  - { id: s${index}, set: { a: steps.s${index - 1}.output, b: steps.s${index - 1}.output } }\n`,
  )
  const { errors, typeOf } = checkText(workflowOf(steps.join('')))
  assert.equal(errors, [])
  assert.match(typeOf('s3'), 'a: { a: ')
})

test.run()
