import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runWorkflow, startWorkflow } from '../support/run-workflow.ts'
import { addWorkflowCases } from '../support/workflow-cases.ts'

const test = suite('limits, waits and usage')

addWorkflowCases(test, [
  {
    title: 'limits.steps ends the run with budget_exceeded, which no on_error matches',
    workflow: `
limits: { steps: 10 }
steps:
  - id: b
    on_error: continue
    do:
      - id: l
        loop: { until: iter.count >= 99, max: 100 }
        on_error: continue
        do: [{ id: a, set: { n: iter.count }, on_error: continue }]
`,
    fails: { code: 'budget_exceeded', step: null, details: { limit: 'steps', allowed: 10 } },
  },
  {
    title: 'a run of exactly as many steps as allowed completes',
    workflow: `
limits: { steps: 3 }
steps:
  - id: l
    loop: { until: iter.count >= 3, max: 100 }
    do: [{ id: a, set: { n: iter.count } }]
`,
    output: { n: 3 },
  },
  {
    title: 'the items of a foreach count towards limits.steps',
    workflow: `
limits: { steps: 5 }
steps:
  - { id: f, foreach: "[1, 2, 3, 4, 5, 6]", do: [{ id: a, set: { x: 1 } }] }
`,
    fails: { code: 'budget_exceeded', details: { limit: 'steps', allowed: 5 } },
  },
  {
    title: 'a foreach itself does not: it does nothing but its items',
    workflow: `
limits: { steps: 5 }
steps:
  - { id: f, foreach: "[1, 2, 3, 4, 5]", do: [{ id: a, set: { x: 1 } }] }
`,
    output: [{ x: 1 }, { x: 1 }, { x: 1 }, { x: 1 }, { x: 1 }],
  },
  {
    title: 'limits.time ends the run wherever it is',
    workflow: `
limits: { time: 1s }
steps:
  - { id: f, foreach: "[1, 2]", do: [{ id: w, wait: { for: 1m } }] }
`,
    fails: { code: 'budget_exceeded', step: null, details: { limit: 'time', allowed_ms: 1_000 } },
  },
])

const PAUSES: [title: string, wait: string, ms: number][] = [
  ['for a length', '{ for: 20s }', 20_000],
  ['for a length that an expression gives', '{ for: "${input.length}" }', 5_000],
  ['until a point in time', '{ until: input.at }', 30_000],
  ['until a time that is gone', '{ until: 5 }', 0],
]

for (const [title, wait, ms] of PAUSES) {
  test(`a wait ${title} is late by 0 ms`, async () => {
    const end = await runWorkflow(
      `
input: { length: string, at: any }
steps:
  - { id: w, wait: ${wait} }
`,
      { input: { length: '5s', at: '2030-01-01T00:00:30Z' } },
    )
    assert.equal({ output: end.output, durationMs: end.durationMs }, { output: {}, durationMs: ms })
  })
}

for (const [at, why] of [
  ['soon', ''],
  ['2026-02-30T00:00:00Z', '; there is no day 2026-02-30'],
  ['2030-01-01T00:00:30', '; write the offset: 2030-01-01T00:00:30Z for UTC'],
] as const)
  test(`a wait until '${at}', which is no point in time, is the fault expression_failed with the reason`, async () => {
    const end = await runWorkflow('input: { at: any }\nsteps: [{ id: w, wait: { until: input.at } }]', {
      input: { at },
    })
    assert.is(end.error?.code, 'expression_failed')
    assert.is(
      end.error?.message,
      `'until' of step 'w': expected an RFC 3339 time such as 2026-01-31T08:00:00Z, or a day such as 2026-01-31, or epoch milliseconds, got "${at}"${why}`,
    )
  })

test('a cancel from outside ends the run as cancelled, aborts its actors and writes nothing after', async () => {
  const { run, clock, finish, notices, rows } = await startWorkflow(`
steps:
  - id: p
    parallel:
      left: [{ id: a, llm: mock/script, prompt: x, params: { script: [{ text: slow, delay: 5s }] } }]
      right: [{ id: f, foreach: "[1, 2]", do: [{ id: b, llm: mock/script, prompt: x, params: { script: [{ text: slow, delay: 5s }] } }] }]
    on_error: continue
`)
  await clock.advance(1_000)
  run.cancel('first')
  run.cancel('second')
  const exit = await finish()
  assert.is(exit.kind === 'ended' && exit.end.status, 'cancelled')
  assert.equal(notices.flatMap((notice) => (notice.type === 'effect.stopped' ? [notice.path] : [])).sort(), [
    'a',
    'f[0]/b',
    'f[1]/b',
  ])
  const written = await rows()
  const cancel = written.findIndex(({ kind }) => kind === 'cancel')
  assert.equal(written[cancel]?.data, { by: 'first' })
  // An effect in flight may have happened: the journal says that it had begun.
  assert.equal(
    written
      .slice(cancel + 1)
      .map(({ kind, path }) => [kind, path])
      .sort(),
    [
      ['stopped', 'a'],
      ['stopped', 'f[0]/b'],
      ['stopped', 'f[1]/b'],
    ],
  )
  await clock.advance(60_000)
  assert.equal(await rows(), written)
})

test('a cancel in the inbox reaches the run', async () => {
  const { run, clock, finish, store } = await startWorkflow('steps: [{ id: w, wait: { for: 1m } }]')
  await store.post(run.id, { id: 'm-1', kind: 'cancel', body: { by: 'a terminal' } })
  await clock.advance(300)
  const exit = await finish()
  assert.is(exit.kind === 'ended' && exit.end.status, 'cancelled')
})

test('usage is summed over all attempts and steps, failed ones and items included', async () => {
  const end = await runWorkflow(`
steps:
  - id: a
    llm: mock/script
    prompt: x
    retry: { max: 2, backoff: 1ms..1ms }
    params:
      script:
        - { fault: unavailable, usage: { input_tokens: 1, output_tokens: 0 } }
        - { text: ok, usage: { input_tokens: 10, output_tokens: 5 } }
  - id: f
    foreach: "[1, 2]"
    do: [{ id: b, llm: mock/script, prompt: x, params: { script: [{ text: ok, usage: { input_tokens: 100, output_tokens: 50 } }] } }]
`)
  assert.equal(end.usage, { input_tokens: 211, output_tokens: 105, cost_usd: 0 })
})

test('expressions read run.id, run.started_at and the variables that env allows', async () => {
  const { run, clock, finish } = await startWorkflow(
    'steps: [{ id: a, set: { id: run.id, at: run.started_at, region: env.REGION } }]',
    { environment: { REGION: 'eu' } },
  )
  const at = new Date(clock.now()).toISOString()
  const exit = await finish()
  assert.equal(exit.kind === 'ended' && exit.end.output, { id: run.id, at, region: 'eu' })
})

test.run()
