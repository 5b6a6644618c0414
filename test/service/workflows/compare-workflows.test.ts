import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compareWorkflows, type FlowChange } from '../../../src/service/workflows/compare-workflows.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'

const compare = (before: string, after: string) => compareWorkflows(compileWorkflow(before), compileWorkflow(after))

const nameFlow = ({ kind, from, to, edge, label }: FlowChange): string =>
  `${kind === 'added' ? '+' : '-'} ${from} ${edge === 'flow' ? '' : `${edge} `}→ ${to}${label === '' ? '' : ` [${label}]`}`

const BASE = `
models: { default: mock/echo }
limits: { time: 1h }
steps:
  - { id: first, llm: default, prompt: "one", timeout: 30s, returns: { value: number } }
  - { id: second, set: { n: "1" } }
  - { id: third, set: { n: "2" } }
`

const test = suite('two versions of a workflow')

test('comments, quotes and the order of keys are no difference', () => {
  const { isSame, steps, flow, settings } = compare(BASE, `# a comment\n${BASE.replace('"one"', "'one'")}`)
  assert.equal([isSame, steps, flow, settings], [true, [], [], []])
})

test('a step in the middle is one step more, with the ways to and from it', () => {
  const { steps, flow } = compare(
    BASE,
    BASE.replace('  - { id: third', '  - { id: extra, set: { n: "3" } }\n  - { id: third'),
  )
  assert.equal(steps, [{ kind: 'added', step: 'extra', what: 'set' }])
  assert.equal(flow.map(nameFlow), ['- second → third', '+ second → extra', '+ extra → third'])
})

test('what changed of a step is named as the language names it', () => {
  const changed = BASE.replace('timeout: 30s', 'timeout: 1m')
    .replace('value: number', 'value: string')
    .replace('"one"', '"two ${run.id}"')
    .replace('time: 1h', 'time: 2h')
  const { steps, flow, settings } = compare(BASE, changed)
  assert.equal(flow, [])
  assert.equal(settings, [{ path: 'limits.time', kind: 'changed', from: '1h', to: '2h' }])
  assert.equal(steps, [
    {
      kind: 'changed',
      step: 'first',
      moved: null,
      fields: [
        { path: 'timeout', kind: 'changed', from: '30s', to: '1m' },
        { path: 'prompt', kind: 'changed', from: 'one', to: 'two ${run.id}' },
        { path: 'returns.properties.value.type', kind: 'changed', from: 'number', to: 'string' },
      ],
    },
  ])
})

test('a step that moves into a block is told so, and its condition with it', () => {
  const { steps, flow } = compare(
    BASE,
    `
models: { default: mock/echo }
limits: { time: 1h }
steps:
  - { id: first, llm: default, prompt: "one", timeout: 30s, returns: { value: number }, on_error: third }
  - id: block
    parallel:
      left: [{ id: second, when: "run.id == ''", set: { n: "1" } }]
      right: [{ id: other, set: { n: "1" } }]
  - { id: third, set: { n: "2" } }
`,
  )
  assert.equal(
    steps.map(({ kind, step }) => `${kind} ${step}`),
    ['changed first', 'added block', 'changed second', 'added other'],
  )
  const second = steps[2]
  assert.equal(second?.kind === 'changed' && second.moved, { from: '', to: 'block/left' })
  assert.ok(flow.map(nameFlow).includes('+ first error → third [any fault]'))
  assert.ok(flow.map(nameFlow).includes('+ first → block'))
})

test('cases and tests of loops are compared', () => {
  const loop = (test: string) => `
models: { default: mock/echo }
steps:
  - id: rounds
    loop: { until: "iter.count >= ${test}", max: 5 }
    do: [{ id: ask, llm: default, prompt: x }]
`
  const { steps, flow } = compare(loop('2'), loop('3'))
  assert.is(steps.length, 1)
  assert.equal(flow.map(nameFlow), [
    '- rounds (again) repeat → ask [unless iter.count >= 2]',
    '+ rounds (again) repeat → ask [unless iter.count >= 3]',
  ])
})

test.run()
