/** Without `output`, a run gives the output of the step that ended it, wherever that step stands in the file. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeType } from '../../src/compiler/expression/type.ts'
import type { JsonValue } from '../../src/core/json.ts'
import { checkText } from '../compiler/check/check-text.ts'
import { runWorkflow } from '../support/run-workflow.ts'

interface Case {
  title: string
  steps: string
  gives: [id: number, output: JsonValue][]
  type: string
}

const CASES: Case[] = [
  {
    title: 'a step that ends the run before the last one in the file',
    steps: `
  - { id: route, switch: [{ when: input.id > 9, next: big }] }
  - { id: small, set: { small: input.id }, next: end }
  - { id: big, set: { big: input.id } }`,
    gives: [
      [1, { small: 1 }],
      [10, { big: 10 }],
    ],
    type: '{ small: number } | { big: number }',
  },
  {
    title: 'a sequence that jumps back, and ends in its middle',
    steps: `
  - { id: go, set: { go: "true" }, next: last }
  - { id: middle, max_visits: 2, set: { middle: "true" }, next: end }
  - { id: last, set: { last: "true" } }
  - { id: back, switch: [{ when: input.id > 9, next: middle }] }`,
    gives: [
      [10, { middle: true }],
      [1, null],
    ],
    type: '{ middle: boolean } | null',
  },
  {
    title: 'a switch whose case ends the run gives nothing',
    steps: `
  - { id: first, set: { a: "1" } }
  - { id: route, switch: [{ when: input.id > 9, next: end }] }
  - { id: last, set: { b: "2" } }`,
    gives: [
      [10, null],
      [1, { b: 2 }],
    ],
    type: 'null | { b: number }',
  },
  {
    title: 'a step inside a block that ends the run',
    steps: `
  - id: block
    do:
      - { id: pick, switch: [{ when: input.id > 9, do: [{ id: inner, set: { inner: "1" }, next: end }] }] }
      - { id: rest, set: { rest: "1" } }
  - { id: last, set: { last: "1" } }`,
    gives: [
      [10, { inner: 1 }],
      [1, { last: 1 }],
    ],
    type: '{ inner: number } | { last: number }',
  },
  {
    title: 'a fault that ends the run quietly gives nothing',
    steps: `
  - { id: maybe, when: input.id > 9, on_error: { code_x: end, "timeout": end }, fail: { code: code_x, message: x } }
  - { id: last, set: { last: "1" } }`,
    gives: [
      [10, null],
      [1, { last: 1 }],
    ],
    type: 'null | { last: number }',
  },
  {
    title: 'an item of a foreach that ends early yields what ended it',
    steps: `
  - id: each
    foreach: "[1, 10]"
    as: n
    do:
      - { id: pick, switch: [{ when: n > 9, do: [{ id: a, set: { a: n }, next: end }] }] }
      - { id: b, set: { b: n } }`,
    gives: [[1, [{ b: 1 }, { a: 10 }]]],
    type: 'a list of { a: 1 | 10 } | { b: 1 | 10 }',
  },
]

const test = suite('output of a workflow without output')

for (const { title, steps, gives, type } of CASES)
  test(`${title}: its value and its type`, async () => {
    const text = `workflow: ends\ninput: { id: integer }\nsteps:${steps}\n`
    const { checked, errors } = checkText(text)
    assert.equal(errors, [])
    assert.is(describeType(checked.output), type)
    for (const [id, output] of gives) {
      const end = await runWorkflow(text, { input: { id } })
      assert.equal([end.status, end.output], ['completed', output], `for ${id}`)
    }
  })

test('several endings of which one is of no known type are warned of, and a single one is not', () => {
  const head =
    'workflow: ends\ninput: { id: integer }\nsteps:\n  - { id: route, switch: [{ when: input.id > 9, next: b }] }\n'
  const paid = 'wait: { event: paid }'
  assert.equal(checkText(`${head}  - { id: a, ${paid}, next: end }\n  - { id: b, set: {} }\n`).warnings, [
    '1:11 unclear_output',
  ])
  assert.equal(checkText(`workflow: one\nsteps: [{ id: a, ${paid} }]\n`).warnings, [])
})

test.run()
