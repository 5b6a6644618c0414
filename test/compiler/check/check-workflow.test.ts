import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { stringify } from 'yaml'
import { checkText, workflowOf } from './check-text.ts'

const test = suite('check')

test('all findings of a file come in one pass, sorted by place', () => {
  const { diagnostics, errors } = checkText(
    workflowOf(`  - { id: a, tool: nonsense, next: nowhere }
  - { id: b, llm: unknown, prompt: "\${steps.a.output.x + steps.c.output.y}" }
`),
  )
  assert.equal(
    errors.map((error) => error.split(' ')[1]),
    ['unknown_tool', 'unknown_step', 'unknown_model', 'unknown_step_reference'],
  )
  const starts = diagnostics.map(({ line, column }) => line * 1000 + column)
  assert.equal(
    starts,
    [...starts].sort((a, b) => a - b),
  )
})

test('the places of steps and the types of their outputs are handed on by id', () => {
  const { checked } = checkText(workflowOf('  - id: a\n    do: [{ id: b, set: { x: "1" } }]\n'))
  assert.equal([...checked.steps.keys()], ['a', 'b'])
  assert.equal([...checked.outputTypes.keys()], ['a', 'b'])
  assert.equal(
    checked.steps.get('b')?.ancestors.map(({ id }) => id.value),
    ['a'],
  )
})

const LARGE: { shape: string; step(index: number): object }[] = [
  {
    shape: 'steps that each read the one before',
    step: (index) => ({ set: { n: index === 0 ? '1' : `steps.s${index - 1}.output.n + 1` } }),
  },
  {
    shape: 'steps that each read the one behind, which is not there',
    step: (index) => ({ set: { n: `steps.s${index + 1}.output.n` } }),
  },
  {
    shape: 'steps that each may be skipped',
    step: (index) => ({ when: 'input.go', set: { n: index === 0 ? '1' : `steps.s${index - 1}.output.n` } }),
  },
  {
    shape: 'steps with misspelt jumps',
    step: (index) => ({ set: { n: '1' }, on_error: `x_${index}` }),
  },
  {
    shape: 'steps that all jump back',
    step: (index) => ({ wait: { for: '1s' }, max_visits: 2, on_error: `s${index >> 1}` }),
  },
]

for (const { shape, step } of LARGE)
  test(`700 ${shape}: checked in under a second`, () => {
    const steps = Array.from({ length: 700 }, (_, index) => ({ id: `s${index}`, ...step(index) }))
    const text = steps.map((one) => `  - ${JSON.stringify(one)}\n`).join('')
    const start = performance.now()
    checkText(workflowOf(text, 'input: { go: boolean }\n'))
    const ms = performance.now() - start
    assert.ok(ms < 1000, `took ${Math.round(ms)} ms`)
  })

const anId = fc.nat(14).map((number) => `s${number}`)
const aTarget = fc.oneof({ weight: 5, arbitrary: anId }, fc.constantFrom('end', 'continue', 'fail', 'unknown'))
const aRead = fc
  .tuple(anId, fc.constantFrom('output', 'error', 'status', 'output.a', 'nonsense'))
  .map(([id, field]) => `steps.${id}.${field}`)
const aCondition = fc.oneof(
  aRead.map((read) => `${read} == 1`),
  anId.map((id) => `steps.${id}.status == 'completed'`),
  fc.constantFrom('iter.first', 'index > 0', 'error.code == "x"', '1 +', 'input.x'),
)

interface Drawn {
  id: string
}

/** Steps that may say anything at all, with ids that collide and targets that can't be reached. */
const { list: someSteps } = fc.letrec<{ step: Drawn; list: Drawn[] }>((tie) => {
  const list = tie('list')
  const kind = fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.oneof(
      fc.record({ set: fc.record({ a: aRead }) }),
      fc.record({ tool: fc.constantFrom('http.get', 'nonsense', 'mcp.a.b'), with: fc.constant({ url: 'a', b: 1 }) }),
      fc.record({ llm: fc.constantFrom('mock/echo', 'unknown'), prompt: aRead.map((read) => `say \${${read}}`) }),
      fc.record({ fail: fc.constant({ code: 'given_up', message: 'no' }) }),
      fc.record({ wait: fc.record({ until: aRead }) }),
    ),
    fc.record({ do: list }),
    fc.record({ loop: fc.record({ until: aCondition, max: fc.constant(3) }), do: list }),
    fc.record({ loop: fc.record({ while: aCondition, max: fc.constant(3) }), do: list }),
    fc.record({ foreach: aRead, yields: aRead, do: list }),
    fc.record({ parallel: fc.record({ left: list, right: list }), join: fc.constantFrom('all', 'any') }),
    fc.record({
      switch: fc.array(
        fc.oneof(fc.record({ when: aCondition, next: aTarget }), fc.record({ when: aCondition, do: list })),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  )
  const common = fc.record(
    {
      when: aCondition,
      next: aTarget,
      on_error: fc.oneof(aTarget, fc.record({ timeout: aTarget, nonsense: aTarget })),
      timeout: fc.constant('1s'),
      retry: fc.constant({ max: 2 }),
      max_visits: fc.constant(2),
    },
    { requiredKeys: [] },
  )
  return {
    step: fc.tuple(anId, kind, common).map(([id, what, more]) => ({ id, ...what, ...more })),
    list: fc.array(tie('step'), { minLength: 1, maxLength: 3 }),
  }
})

test('whatever steps say, check comes to an end without throwing, and every finding has a place in the file', async () => {
  await fc.assert(
    fc.property(someSteps, (steps) => {
      const text = stringify({ workflow: 'random', steps })
      const lines = text.split('\n').length
      for (const { line, column, end_line } of checkText(text).diagnostics)
        assert.ok(line >= 1 && column >= 1 && end_line >= line && end_line <= lines)
    }),
    { numRuns: 150 },
  )
})

test.run()
