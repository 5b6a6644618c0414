import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../../support/cli-project.ts'

const test = suite('plan')

const project = createCliProject({
  'triage.yaml': `workflow: triage
models: { default: mock/echo }
limits: { cost_usd: 0.25 }
input: { docs: [string] }
steps:
  - { id: ask, llm: default, prompt: Hello, params: { max_tokens: 100 }, retry: { max: 1 } }
  - id: route
    switch:
      - when: input.docs.size() > 5
        next: end
  - id: grades
    foreach: input.docs
    as: doc
    do: [{ id: grade, llm: default, prompt: "\${doc}" }]
`,
})

const GPT = ['--model', 'default=openai/gpt-5-mini']

test('the worst case, the ways and what has no bound are told, and nothing is called or stored', async () => {
  const { stdout, stderr, exitCode } = await project.troupe(['plan', 'triage.yaml', ...GPT])
  assert.is(exitCode, 0, stderr)
  assert.match(
    stdout,
    /^triage\n\nworst case +\$0\.2500 +limits\.cost_usd ends a run there; without the limit no bound\n/,
  )
  assert.match(stdout, /\ntypical +- +no past run\n/)
  assert.match(stdout, /\nmodel calls +no bound +in steps without bound\n/)
  assert.match(stdout, /\nask +openai\/gpt-5-mini +1 +1 +\$0\.0002 +\$0\.0002 +\$0\.0002\n/)
  assert.match(stdout, /\ngrade +openai\/gpt-5-mini +1 an item of grades +3 /)
  assert.match(stdout, /\n {2}completed: \d steps?, \$0\.\d+ \(ask/)
  assert.match(stdout, /\n {2}grades: how many items it has is known only when it runs: --input may make it known\n/)
  assert.match((await project.troupe(['runs'])).stderr, 'no runs yet')
})

test('as JSON, with an input that makes the list known, all of it is a number', async () => {
  const input = ['--input', '{"docs": ["a", "b"]}']
  const { stdout, stderr } = await project.troupe(['plan', 'triage.yaml', ...GPT, ...input, '--json'])
  const plan = JSON.parse(stdout || stderr)
  assert.is(plan.workflow, 'triage')
  // Of 8,192 tokens of output at the most for each grade, as cost is limited: 6 × 8,192 × $2 a million are $0.098304, and the rest is little.
  assert.ok(plan.worst_case_usd > 0.0983 && plan.worst_case_usd < 0.1, String(plan.worst_case_usd))
  assert.is(plan.worst_case_without_limit_usd, plan.worst_case_usd)
  assert.is(plan.limit_usd, 0.25)
  // ask once, grade twice with three attempts each.
  assert.equal([plan.most_model_calls, plan.typical], [7, null])
  assert.equal(plan.unbounded_by, [])
  assert.equal(
    plan.paths.map(({ end, steps }: Record<string, unknown>) => [end, steps]),
    [['completed', ['ask', 'grade', 'grade']]],
  )
})

test('without an input the ways are those of its defaults', async () => {
  project.write(
    'topic.yaml',
    'workflow: topic\ninput: { topic: { type: string, default: Bern } }\nsteps: [{ id: ask, llm: mock/echo, prompt: "Of ${input.topic}" }]\n',
  )
  const { stdout } = await project.troupe(['plan', 'topic.yaml'])
  assert.match(stdout, /when nothing fails\n {2}completed: 1 step, \$0 \(ask\)\n/)
})

test('ways with the same calls and the same cost are one line with their number', async () => {
  project.write(
    'label.yaml',
    `workflow: label
steps:
  - { id: ask, llm: mock/echo, prompt: Which?, returns: { label: { enum: [a, b, c, d] } } }
  - id: route
    switch:
      - { when: 'steps.ask.output.label == "a"', do: [{ id: one, set: { n: 1 } }] }
      - { when: 'steps.ask.output.label == "b"', do: [{ id: two, set: { n: 2 } }] }
      - { when: 'steps.ask.output.label == "c"', do: [{ id: again, llm: mock/echo, prompt: again }] }
`,
  )
  const { stdout } = await project.troupe(['plan', 'label.yaml'])
  const [, paths] = stdout.split('paths when nothing fails\n')
  assert.is(paths, '  3 ways to completed: 1 step, $0 (ask)\n  completed: 2 steps, $0 (ask, again)\n')
  const plan = JSON.parse((await project.troupe(['plan', 'label.yaml', '--json'])).stdout)
  assert.equal(
    plan.paths.map(({ steps, ways }: Record<string, unknown>) => [steps, ways]),
    [
      [['ask'], 3],
      [['ask', 'again'], 1],
    ],
  )
})

test('a way with a model without a price has no cost that is known, and never none', async () => {
  project.write('unpriced.yaml', 'workflow: unpriced\nsteps: [{ id: ask, llm: openai/unheard-of, prompt: Hi }]\n')
  const { stdout } = await project.troupe(['plan', 'unpriced.yaml'])
  assert.match(stdout, /\n {2}completed: 1 step, no bound \(ask\)\n/)
  const { paths } = JSON.parse((await project.troupe(['plan', 'unpriced.yaml', '--json'])).stdout)
  assert.is(paths[0].if_nothing_fails_usd, null)
})

test('past runs say what is typical', async () => {
  for (const docs of ['[]', '["a"]'])
    assert.is((await project.troupe(['run', 'triage.yaml', '-i', `docs=${docs}`])).exitCode, 0)
  const { stdout } = await project.troupe(['plan', 'triage.yaml', '--json'])
  const { typical, worst_case_usd } = JSON.parse(stdout)
  assert.equal([typical.runs, typical.median_usd, typical.unpriced_runs, worst_case_usd], [2, 0, 0, 0])
  assert.is(typical.of_other_versions, false)
  assert.match((await project.troupe(['plan', 'triage.yaml'])).stdout, /\ntypical +\$0 +median of 2 past runs, /)
})

test('past runs of another version are said to be that', async () => {
  project.write('changed.yaml', 'workflow: triage\nsteps: [{ id: ask, llm: openai/gpt-5-mini, prompt: Hi }]\n')
  const { stdout } = await project.troupe(['plan', 'changed.yaml'])
  assert.match(stdout, /\ntypical +\$0 +median of 2 past runs of other versions, /)
})

test('a workflow with errors has no plan', async () => {
  project.write('wrong.yaml', 'workflow: wrong\nsteps: [{ id: a, llm: mock/ecko, prompt: Hi }]\n')
  const { stderr, exitCode } = await project.troupe(['plan', 'wrong.yaml'])
  assert.match(stderr, 'error[unknown_model]')
  assert.is(exitCode, 2)
})

test.run()
