import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { createCliProject } from '../../support/cli-project.ts'

const WORKFLOW = `workflow: careful
input: { name: string }
steps:
  - id: ask
    llm: mock/echo
    prompt: "Is \${input.name} here?"
    returns: { here: boolean }
    on_error: { refused: later }
  - id: later
    when: steps.?ask.?output.?here.orValue(false) == false
    wait: { for: 10m }
output:
  here: steps.?ask.?output.?here.orValue(false)
`

const WAITING = `workflow: waiting
steps:
  - id: ask
    approve: { title: "Send it?", form: { amount: integer }, by: [ann, bob] }
    timeout: 4h
  - id: book
    tool: http.post
    with: { url: "http://127.0.0.1/" }
    undo: { tool: http.delete, with: { url: "http://127.0.0.1/1" } }
  - { id: paid, wait: { event: paid, match: event.data.id == 7 } }
  - { id: full, fail: { code: full, message: No place } }
`

const project = createCliProject({
  'careful.yaml': WORKFLOW,
  'waiting.yaml': WAITING,
  'wrong.yaml': WORKFLOW.replace('ask.?', 'asks.?'),
})

const walk = (lines: string[], ...args: string[]) =>
  project.troupe(['simulate', 'careful.yaml', ...args], { input: `${lines.join('\n')}\n` })

const test = suite('simulate')

test('lines from a pipe lead to an end, and what was chosen stands below it', async () => {
  const { stdout, exitCode } = await walk(['ask fails refused', '1'])
  assert.is(exitCode, 0)
  assert.match(stdout, 'input {"name":"a text"}')
  assert.match(stdout, 'at ask\n')
  assert.match(stdout, /1 {2}gives \{"here":true\}\n +2 {2}gives \{"here":false\}\n +fails with +3 refused/)
  assert.match(stdout, '✗ ask failed: refused')
  assert.match(stdout, /10m 00s go by: wait/)
  assert.match(
    stdout,
    /completed after 2 outcomes: \{"here":false\}\n +1 {2}ask fails: refused\n +2 {2}later: time goes on/,
  )
})

test('with --json what was walked is one object, and the conversation goes elsewhere', async () => {
  const { stdout, stderr } = await walk(['ask {"here": true}'], '--json', '-i', 'name=Ada')
  assert.equal(JSON.parse(stdout), {
    workflow: 'careful',
    input: { name: 'Ada' },
    outcomes: [{ step: 'ask', output: { here: true } }],
    end: { status: 'completed', output: { here: true }, error: null },
    open: [],
  })
  assert.match(stderr, 'later skipped')
})

test('back undoes an outcome, quit leaves', async () => {
  const { stdout } = await walk(['2', 'path', 'back', 'quit'], '--json')
  const { outcomes, end, open } = JSON.parse(stdout)
  assert.equal({ outcomes, end, open }, { outcomes: [], end: null, open: ['ask'] })
})

test('a run can be cancelled', async () => {
  const { stdout } = await walk(['cancel'])
  assert.match(stdout, 'cancelled after 1 outcome')
})

const wait = (lines: string[], ...args: string[]) =>
  project.troupe(['simulate', 'waiting.yaml', ...args], { input: `${lines.join('\n')}\n` })

test('decisions, events and what is undone are told like outcomes', async () => {
  const { stdout } = await wait(['ask approved {"amount": 3}', '1', 'event paid {"id": 7}', '1'])
  assert.match(stdout, /ask asks ann or bob: Send it\?\n +1 {2}approved with \{"amount":0\}\n +2 {2}rejected/)
  assert.match(stdout, /paid waits for the event paid\n +1 {2}comes with \{"id":7\}/)
  assert.match(stdout, 'at undo\n  run--undo/book\n')
  assert.match(stdout, '↶ book undone')
  assert.match(
    stdout,
    /1 {2}ask is approved by ann with \{"amount":3\}\n +2 .*\n +3 {2}event paid comes with \{"id":7\}/,
  )
})

test('what a walk waits for is among what is open', async () => {
  const { stdout } = await wait(['quit'], '--json')
  assert.equal(JSON.parse(stdout).open, ['ask'])
})

for (const [line, problem] of [
  ['ask approved {"amount": "much"}', 'does not fit the form'],
  ['ask gives {}', "'ask' waits for a decision"],
  ['event paid {', 'is no JSON'],
] as const)
  test(`'${line}' is no decision and no event`, async () => {
    const { stderr, exitCode } = await wait([line])
    assert.is(exitCode, 2)
    assert.match(stderr, problem)
  })

test('the paths to an end say what was undone, and what could not be', async () => {
  const { stdout } = await project.troupe(['simulate', 'waiting.yaml', '--paths'])
  assert.match(stdout, '- {"step":"ask","rejected":"","by":"ann"}')
  assert.match(stdout, '"undone":[{"path":"book"}]}')
  assert.match(stdout, '"undone":[{"path":"book","fault":"tool_failed"}]}')
  assert.match(stdout, 'title: "failed with rejected after 1 outcome: ask rejected"')
})

for (const [line, problem] of [
  ['9', 'line 1: there is no 9'],
  ['asks {}', "did you mean 'ask'?"],
  ['ask {"here": 1}', "'/here' must be boolean, got 1"],
  ['ask {here}', 'is no JSON'],
] as const)
  test(`'${line}' in a pipe ends the walk`, async () => {
    const { stderr, exitCode } = await walk([line, '1'])
    assert.is(exitCode, 2)
    assert.match(stderr, problem)
  })

test('--paths prints every shortest path to an end as YAML, and the same as JSON', async () => {
  const [yaml, json] = await Promise.all([
    project.troupe(['simulate', 'careful.yaml', '--paths']),
    project.troupe(['simulate', 'careful.yaml', '--paths', '--json']),
  ])
  const skeletons = JSON.parse(json.stdout)
  const { complete, ...rest } = skeletons
  assert.ok(complete)
  assert.equal(parse(yaml.stdout), rest)
  assert.equal(
    skeletons.paths.map(({ title }: { title: string }) => title),
    [
      'completed after 1 outcome',
      'failed with timeout after 1 outcome: ask fails with timeout',
      'completed after 2 outcomes: later wait',
      'completed after 2 outcomes: ask fails with refused, later wait',
    ],
  )
  assert.equal(skeletons.paths[1].expect, { status: 'failed', error: { code: 'timeout', step: 'ask' } })
})

test('--limit bounds the paths, and says that there are more', async () => {
  const { stdout } = await project.troupe(['simulate', 'careful.yaml', '--paths', '--limit', '1'])
  assert.match(stdout, 'There are more that were not examined')
  assert.is(parse(stdout).paths.length, 1)
  assert.is((await project.troupe(['simulate', 'careful.yaml', '--paths', '--limit', '0'])).exitCode, 2)
})

test('a workflow with errors is not walked', async () => {
  const { stderr, exitCode } = await project.troupe(['simulate', 'wrong.yaml'])
  assert.is(exitCode, 2)
  assert.match(stderr, 'error[')
})

test.run()
