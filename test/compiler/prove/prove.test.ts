/** Proofs about every run: the number of paths, the longest, the worst case. The findings stand in the fixtures. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Proofs, proveWorkflow } from '../../../src/compiler/prove.ts'
import { checkText, workflowOf } from '../check/check-text.ts'

const prove = (steps: string, head = ''): Proofs => {
  const { checked, errors } = checkText(workflowOf(steps, head))
  assert.equal(errors, [])
  return checked.prove(proveWorkflow, { stepLimit: 100_000 })
}

const step = (id: string, more = ''): string =>
  `  - { id: ${id}, tool: http.get, with: { url: "http://example.test" }${more} }\n`

const inner = (id: string): string => `[{ id: ${id}, set: { a: 1 } }]`

/** Totals of a worst case; which step it comes from is tested where it is used, in the forecast. */
const countsOf = ({ steps, perRound }: { steps: number; perRound: unknown }) => ({ steps, perRound })

const test = suite('proofs')

const COUNTS: { title: string; steps: string; paths: bigint; longest: string }[] = [
  { title: 'steps in a line are one path', steps: step('a') + step('b'), paths: 1n, longest: 'a b' },
  {
    title: 'a step that may be skipped doubles the paths',
    steps: step('a', ', when: input.flag') + step('b', ', when: input.flag'),
    paths: 4n,
    longest: 'a b',
  },
  {
    title: 'a fault counts where it is handled',
    steps: step('a', ', on_error: { timeout: c, not_found: continue }') + step('b') + step('c'),
    paths: 3n,
    longest: 'a b c',
  },
  {
    title: 'a no and no answer in time are ways of their own, and events end a wait',
    steps: `  - { id: a, approve: { title: Go? }, timeout: 1h, on_error: { rejected: c, timeout: d } }
  - { id: b, wait: { event: paid }, next: end }
  - { id: c, emit: refused, next: end }
  - { id: d, set: { a: 1 } }
`,
    paths: 3n,
    longest: 'a d',
  },
  {
    title: 'a fail step is an end',
    steps:
      step('a', ', on_error: { timeout: c }') +
      step('b', ', next: end') +
      '  - { id: c, fail: { code: sad, message: Sad } }\n',
    paths: 2n,
    longest: 'a b',
  },
  {
    title: 'the ways of parallel branches are multiplied',
    steps: `  - id: both
    parallel:
      one: [{ id: a, when: input.flag, set: { a: 1 } }]
      two: [{ id: b, when: input.flag, set: { a: 1 } }, { id: c, when: input.flag, set: { a: 1 } }]
`,
    paths: 8n,
    longest: 'a b c',
  },
  {
    title: 'a fault in a settled branch is a way on',
    steps: `  - id: both
    join: settled
    parallel:
      one: [{ id: a, set: { a: 1 } }]
      two: [{ id: b, set: { a: 1 } }, { id: c, set: { a: 1 } }]
`,
    paths: 6n,
    longest: 'a b c',
  },
  {
    title: 'a loop goes round once, whichever end its test is at',
    steps: `  - { id: up, loop: { until: input.flag, max: 9 }, do: ${inner('a')} }
  - { id: down, loop: { while: input.flag, max: 9 }, do: ${inner('b')} }
`,
    paths: 2n,
    longest: 'a b',
  },
  {
    title: 'a foreach counts with the ways of one item',
    steps: '  - { id: each, foreach: input.list, as: one, do: [{ id: a, when: input.flag, set: { a: 1 } }] }\n',
    paths: 2n,
    longest: 'each a',
  },
  {
    title: 'a way back is not followed twice',
    steps: `  - { id: a, max_visits: 3, set: { a: 1 } }
  - { id: b, switch: [{ when: input.flag, next: a }, { else: continue }] }
  - { id: c, set: { a: 1 } }
`,
    paths: 1n,
    longest: 'a c',
  },
]

const HEAD = 'input: { flag: boolean, list: [string] }\n'

for (const { title, steps, paths, longest } of COUNTS)
  test(title, () => {
    const proofs = prove(steps, HEAD)
    assert.is(proofs.paths, paths)
    assert.is(proofs.longest.join(' '), longest)
  })

test('a thousand doublings are counted exactly', () => {
  const steps = Array.from(
    { length: 1000 },
    (_, index) => `  - { id: s${index}, when: input.flag, set: { a: 1 } }\n`,
  ).join('')
  assert.is(prove(steps, HEAD).paths, 2n ** 1000n)
})

test('bounds are multiplied: loops, tries of blocks, lists of known length', () => {
  const { worstCase } = prove(
    `  - id: tried
    retry: { max: 2 }
    do:
      - { id: up, loop: { until: input.flag, max: 10 }, do: ${inner('a')} }
      - { id: each, foreach: "[1, 2, 3]", as: one, do: ${inner('b')} }
`,
    HEAD,
  )
  assert.equal(countsOf(worstCase), { steps: 2 * (10 + 1 + 3), perRound: [] })
})

test('steps on the circle of a jump back run as often as its target may be visited', () => {
  const { worstCase } = prove(
    `  - { id: a, max_visits: 5, set: { a: 1 } }
  - { id: b, set: { a: 1 } }
  - { id: c, switch: [{ when: input.flag, next: a }, { else: continue }] }
  - { id: d, set: { a: 1 } }
`,
    HEAD,
  )
  // The way to b leads through a, so it can't be more than 1 + 5.
  assert.equal(countsOf(worstCase), { steps: 5 + 6 + 1, perRound: [] })
})

test('a model step with tools counts with its turns, and a call in each', () => {
  const { worstCase } = prove('  - { id: ask, llm: mock/echo, prompt: Hi, tools: [http.get], max_turns: 4 }\n')
  assert.equal(countsOf(worstCase), { steps: 1 + 2 * 4, perRound: [] })
})

test('items of a list of unknown length are counted apart', () => {
  const { worstCase } = prove(`  - { id: each, foreach: input.list, as: one, do: ${inner('a')} }\n`, HEAD)
  assert.equal(countsOf(worstCase), { steps: 1, perRound: [{ block: { id: 'each', round: 'item' }, steps: 1 }] })
})

test('iterations of a loop whose max is an expression are counted apart', () => {
  const yaml = `  - { id: up, loop: { until: input.flag, max: "\${size(input.list)}" }, do: ${inner('a')} }\n`
  const { worstCase, findings } = prove(yaml, HEAD)
  assert.equal(countsOf(worstCase), { steps: 0, perRound: [{ block: { id: 'up', round: 'iteration' }, steps: 1 }] })
  assert.equal(findings, [])
})

test('bounds beyond all measure stay countable', () => {
  const nested = (depth: number): string =>
    depth === 0 ? inner('a') : `[{ id: l${depth}, loop: { until: input.flag, max: 100000 }, do: ${nested(depth - 1)} }]`
  const { worstCase, findings } = prove(`  - { id: top, do: ${nested(8)} }\n`, HEAD)
  assert.is(worstCase.steps, 1e15)
  assert.equal(
    findings.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    ['too_many_steps'],
  )
})

test('decisions, events and emits are steps in the worst case, what undoes is none', () => {
  const undo = ', undo: { tool: http.get, with: { url: "http://example.test" } }'
  const { worstCase } = prove(`  - { id: a, approve: { title: Go? }, timeout: 1h }
  - { id: b, wait: { event: paid } }
  - { id: c, emit: done }
${step('d', undo)}  - { id: e, wait: { for: 1m } }
`)
  assert.is(worstCase.steps, 4)
})

test.run()
