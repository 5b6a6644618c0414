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

const project = createCliProject({ 'careful.yaml': WORKFLOW, 'wrong.yaml': WORKFLOW.replace('ask.?', 'asks.?') })

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
  assert.match(stdout, 'There are more than were looked at')
  assert.is(parse(stdout).paths.length, 1)
  assert.is((await project.troupe(['simulate', 'careful.yaml', '--paths', '--limit', '0'])).exitCode, 2)
})

test('a workflow with errors is not walked', async () => {
  const { stderr, exitCode } = await project.troupe(['simulate', 'wrong.yaml'])
  assert.is(exitCode, 2)
  assert.match(stderr, 'error[')
})

test.run()
