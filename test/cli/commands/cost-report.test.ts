import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../../support/cli-project.ts'
import { fillDatabase, type MadeCall, toOutcomeData } from '../../support/made-journal.ts'
import { createEnd, createRow, startRun } from '../../support/store-values.ts'

const test = suite('cost-report')

const project = createCliProject()

const DAY = 86_400_000
const AT = Date.UTC(2026, 5, 1, 23)

const run = (id: string, workflow: string, parent?: string) => ({
  run: { id, workflow, definition: workflow, ...(parent !== undefined && { parent }) },
})

/** Four providers and one model without a price, over two workflows and two days, with a child. */
test.before(() =>
  fillDatabase(project, async (store) => {
    const write = (seq: number, path: string, at: number, calls: Omit<MadeCall, 'at'>[]) =>
      createRow(seq, { at, path, data: toOutcomeData(at, { calls }) })
    const triage = await startRun(store, run('r-1', 'triage'))
    const rows = [
      write(2, 'classify', AT, [
        { model: 'openai/gpt-5-mini', input: 10_000, cached: 4_000, saved: 0.0009, output: 1_000 },
      ]),
      write(3, 'grades[0]/grade', AT, [{ model: 'anthropic/claude-haiku-4-5', input: 2_000, output: 300 }]),
      write(4, 'grades[1]/grade', AT, [{ model: 'anthropic/claude-haiku-4-5', input: 3_000, output: 500 }]),
      write(5, 'draft', AT + DAY, [{ model: 'ollama/llama3.2', input: 700, output: 80 }]),
      write(6, 'draft', AT + DAY, [{ model: 'openai/unheard-of', input: 40, output: 2 }]),
    ]
    await store.write(triage, { rows })
    const summary = createRow(7, {
      path: 'sum_up',
      data: { output: 1, attempt: 1, started: AT, ms: 1, usage: [CHILD] },
    })
    await store.write(triage, { rows: [summary] })
    const child = await startRun(store, run('c-1', 'summary', 'r-1'))
    const call = { model: 'gemini/gemini-2.5-flash', input: 5_000, cached: 1_000, saved: -0.0005, output: 2_000 }
    await store.write(child, { rows: [write(2, 'write', AT, [call])], end: createEnd({ at: AT }) })
  }),
)

const CHILD = {
  provider: 'workflow',
  model: 'summary',
  input_tokens: 5_000,
  cached_tokens: 0,
  output_tokens: 2_000,
  cost_usd: 0.00623,
}

// By hand, from the price lists of the day, in USD per million tokens:
// gpt-5-mini 0.25, cached 0.025, out 2:       6,000 × 0.25 + 4,000 × 0.025 + 1,000 × 2 = 3,600
// claude-haiku-4-5 1, out 5:                  5,000 × 1 + 800 × 5                      = 9,000
// gemini-2.5-flash 0.30, cached 0.03, out 2.5: 4,000 × 0.3 + 1,000 × 0.03 + 2,000 × 2.5 = 6,230
const ROWS = [
  ['anthropic', 'claude-haiku-4-5', 2, 5_000, 0, 800, 0.009, 0, 0, null],
  ['gemini', 'gemini-2.5-flash', 1, 5_000, 1_000, 2_000, 0.00623, 0, 0, -0.0005],
  ['openai', 'gpt-5-mini', 1, 10_000, 4_000, 1_000, 0.0036, 0, 0, 0.0009],
  ['ollama', 'llama3.2', 1, 700, 0, 80, 0, 0, 0, null],
  ['openai', 'unheard-of', 1, 40, 0, 2, null, 1, 0, null],
]

const report = async (...options: string[]) => {
  const { stdout, stderr, exitCode } = await project.troupe(['cost-report', '--json', ...options])
  assert.is(exitCode, 0, stderr)
  return JSON.parse(stdout)
}

test('a run with four providers costs what a hand calculation says', async () => {
  const { total_cost_usd, unpriced_calls, rows } = await report()
  assert.is(total_cost_usd, 0.01883)
  assert.is(unpriced_calls, 1)
  assert.equal(rows.map(Object.values), ROWS)
  assert.equal(Object.keys(rows[0]), [
    'provider',
    'model',
    'calls',
    'input_tokens',
    'cached_tokens',
    'output_tokens',
    'cost_usd',
    'unpriced_calls',
    'cache_hits',
    'cache_saved_usd',
  ])
})

test('whatever the rows stand for, they come to the same total', async () => {
  const by = async (...groups: string[]) => report(...groups.flatMap((group) => ['--by', group]))
  const [providers, workflows, steps, days, both] = await Promise.all([
    by('provider'),
    by('workflow'),
    by('step'),
    by('day'),
    by('day,provider'),
  ])
  for (const one of [providers, workflows, steps, days, both]) assert.is(one.total_cost_usd, 0.01883)
  assert.equal(
    workflows.rows.map(({ workflow, cost_usd }: Record<string, unknown>) => [workflow, cost_usd]),
    [
      ['triage', 0.0126],
      ['summary', 0.00623],
    ],
  )
  assert.equal(
    steps.rows.map(({ workflow, step, calls }: Record<string, unknown>) => `${workflow} ${step} ${calls}`),
    ['triage grade 2', 'summary write 1', 'triage classify 1', 'triage draft 2'],
  )
  assert.equal(
    days.rows.map(({ day, calls, provider, model }: Record<string, unknown>) => [day, calls, provider, model]),
    [
      ['2026-06-01', 4, null, null],
      ['2026-06-02', 2, null, null],
    ],
  )
  assert.is(both.rows.length, 5)
})

test('since a day or a time, what came before does not count', async () => {
  const calls = async (since: string) => (await report('--since', since)).rows.length
  assert.equal(await Promise.all(['2026-06-01', '2026-06-02', '2026-06-01T23:00:01Z', '0.5d'].map(calls)), [5, 2, 2, 0])
})

test('the table says what is free, what is unknown, and the sum', async () => {
  const { stdout, stderr } = await project.troupe(['cost-report'])
  const lines = stdout.trimEnd().split('\n')
  assert.match(lines[0] ?? '', /^model +calls +input +cached +output +cost +cache saved$/)
  assert.match(lines[1] ?? '', /^anthropic\/claude-haiku-4-5 +2 +5,000 +0 +800 +\$0\.0090/)
  assert.match(lines[4] ?? '', /^ollama\/llama3\.2 .* \$0 \(free\)/)
  assert.match(lines[5] ?? '', /^openai\/unheard-of .* unknown/)
  assert.match(lines[6] ?? '', /^total +6 +20,740 +5,000 +3,882 +\$0\.0188 and 1 unknown/)
  assert.match(stderr, 'hint: add the prices of models to troupe.config.yaml')
})

test('the table shows what the cache of a vendor saved, and a cache that cost more than it saved', async () => {
  const { stdout } = await project.troupe(['cost-report'])
  const lines = stdout.trimEnd().split('\n')
  assert.match(lines[0] ?? '', /cost +cache saved$/)
  assert.match(lines[1] ?? '', /\$0\.0090$/)
  assert.match(lines[2] ?? '', /gemini-2\.5-flash .* -\$0\.0005$/)
  assert.match(lines[3] ?? '', /gpt-5-mini .* \$0\.0009$/)
  assert.match(lines[6] ?? '', /^total .* \$0\.0004$/)
})

test('answers from the cache are free, are no calls, and have a column where there are any', async () => {
  const cached = createCliProject()
  await fillDatabase(cached, async (store) => {
    const claim = await startRun(store, run('r-1', 'triage'))
    const counts = { input_tokens: 0, cached_tokens: 0, output_tokens: 0 }
    const hit = { provider: 'openai', model: 'unheard-of', ...counts, cost_usd: 0, cache_hits: 1 }
    const call = { model: 'anthropic/claude-haiku-4-5', input: 2_000, output: 300 }
    const paid = toOutcomeData(AT, { calls: [call] })
    const free = { ...toOutcomeData(AT), usage: [hit] }
    await store.write(claim, { rows: [paid, free, free].map((data, index) => createRow(index + 2, { at: AT, data })) })
  })
  const [table, json] = await Promise.all([
    cached.troupe(['cost-report']),
    cached.troupe(['cost-report', '--json', '--by', 'workflow']),
  ])
  assert.match(table.stdout, /^model +calls +from cache +input/)
  assert.match(table.stdout, /\nopenai\/unheard-of +0 +2 +0 +0 +0 +\$0 \(free\)\ntotal +1 +2 /)
  assert.match(json.stdout, /"calls": 1,[^}]*"cost_usd": 0\.0035,[^}]*"cache_hits": 2/)
  cached.remove()
})

test('wrong options are said to be wrong, with what was expected', async () => {
  const [by, since, noDay, noOffset] = await Promise.all([
    project.troupe(['cost-report', '--by', 'modle']),
    ...['yesterday', '2026-02-30T00:00:00Z', '2026-01-31T08:00'].map((time) =>
      project.troupe(['cost-report', '--since', time]),
    ),
  ])
  assert.match(by.stderr, /--by 'modle' is wrong: expected one of provider, model, .*\n.*did you mean 'model'\?/)
  assert.match(
    since?.stderr ?? '',
    "--since 'yesterday' is wrong: expected an RFC 3339 time such as 2026-01-31T08:00:00Z, or a day such as 2026-01-31, or an age such as 7d",
  )
  assert.match(noDay?.stderr ?? '', 'hint: there is no day 2026-02-30')
  assert.match(noOffset?.stderr ?? '', 'hint: write the offset: 2026-01-31T08:00:00Z for UTC')
  assert.equal([by.exitCode, since?.exitCode, noDay?.exitCode, noOffset?.exitCode], [2, 2, 2, 2])
})

test('where nothing has run, nothing was spent', async () => {
  const empty = createCliProject()
  const { stdout } = await empty.troupe(['cost-report', '--json'])
  assert.equal(JSON.parse(stdout), { total_cost_usd: 0, unpriced_calls: 0, rows: [] })
  assert.match((await empty.troupe(['cost-report'])).stderr, /^no (runs|model calls)/)
})

test.run()
