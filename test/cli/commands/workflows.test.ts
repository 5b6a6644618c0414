import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CliProject, createCliProject, HELLO } from '../../support/cli-project.ts'

const DAILY = `workflow: daily
triggers: [{ schedule: "0 9 * * *" }]
steps:
  - { id: note, set: { text: "'good morning'" } }
`

const createProject = (): CliProject => createCliProject({ 'flows/hello.yaml': HELLO, 'flows/daily.yaml': DAILY })

const change = (project: CliProject): void => {
  project.write(
    'flows/hello.yaml',
    HELLO.replace('Hello ', 'Good day ').replace(
      'output:',
      '  - { id: check, when: "input.name == \'\'", fail: { code: nameless, message: "who?" } }\noutput:',
    ),
  )
}

const test = suite('troupe workflows')

test('apply says what is new, changed and unchanged, and runs by name take the newest', async () => {
  const project = createProject()
  const trial = await project.troupe(['workflows', 'apply', 'flows', '--dry-run'])
  assert.match(trial.stdout, /\+ +hello +new +1/)
  assert.match((await project.troupe(['workflows', 'list'])).stderr, 'no workflow is registered')
  const first = await project.troupe(['workflows', 'apply', 'flows', '--json'])
  assert.equal(
    JSON.parse(first.stdout).workflows.map(({ workflow, change, version, schedules }: Record<string, unknown>) => [
      workflow,
      change,
      version,
      schedules,
    ]),
    [
      ['daily', 'new', 1, 1],
      ['hello', 'new', 1, 0],
    ],
  )
  await project.troupe(['submit', 'hello', '-i', 'name=Ada'])
  change(project)
  const second = await project.troupe(['workflows', 'apply', 'flows'])
  assert.match(second.stdout, /= +daily +unchanged +1/)
  assert.match(second.stdout, /~ +hello +changed +2/)
  assert.equal(JSON.parse((await project.troupe(['resume', '--json'])).stdout).output, { text: 'Hello Ada' })
  await project.troupe(['submit', 'hello', '-i', 'name=Ada'])
  assert.equal(JSON.parse((await project.troupe(['resume', '--json'])).stdout).output, { text: 'Good day Ada' })
  const schedules = JSON.parse((await project.troupe(['schedules', 'list', '--json'])).stdout)
  assert.is(schedules.length, 1)
})

test('apply registers none when one is wrong', async () => {
  const project = createProject()
  project.write(
    'flows/wrong.yaml',
    HELLO.replace('workflow: hello', 'workflow: wrong').replace('input.name', 'input.nam'),
  )
  const { stderr, stdout, exitCode } = await project.troupe(['workflows', 'apply', 'flows', '--json'])
  assert.is(exitCode, 2)
  assert.match(stderr, /wrong\.yaml:\d+:\d+: error/)
  assert.match(stderr, 'nothing is registered: 1 of 3 files has errors')
  assert.is(JSON.parse(stdout).ok, false)
  project.write('flows/wrong.yaml', HELLO)
  const twice = await project.troupe(['workflows', 'apply', 'flows'])
  assert.match(twice.stderr, "2 files have the workflow 'hello'")
  assert.equal(JSON.parse((await project.troupe(['workflows', 'list', '--json'])).stdout), [])
})

test('diff speaks of steps and flow', async () => {
  const project = createProject()
  await project.troupe(['workflows', 'apply', 'flows'])
  assert.match((await project.troupe(['workflows', 'diff', 'hello'])).stderr, 'has only one version')
  change(project)
  const file = await project.troupe(['workflows', 'diff', 'hello', 'flows/hello.yaml'])
  assert.match(file.stdout, /version 1 → flows\/hello\.yaml/)
  assert.match(file.stdout, '+ check  fail')
  assert.match(file.stdout, '~ prompt: "Hello ${input.name}" → "Good day ${input.name}"')
  assert.match(file.stdout, '+ greet → check')
  await project.troupe(['workflows', 'apply', 'flows'])
  const { stdout } = await project.troupe(['workflows', 'diff', 'hello', '--json'])
  const { is_same: isSame, steps, from, to } = JSON.parse(stdout)
  assert.equal([isSame, from, to], [false, 'version 1', 'version 2'])
  assert.equal(
    steps.map(({ kind, step }: { kind: string; step: string }) => `${kind} ${step}`),
    ['changed greet', 'added check'],
  )
  assert.match((await project.troupe(['workflows', 'diff', 'hello', '2', '2'])).stdout, 'they are the same')
  assert.match((await project.troupe(['workflows', 'diff', 'helo'])).stderr, "did you mean 'hello'?")
})

test('show prints the file as it was registered', async () => {
  const project = createProject()
  await project.troupe(['workflows', 'apply', 'flows'])
  change(project)
  await project.troupe(['workflows', 'apply', 'flows/hello.yaml'])
  const old = await project.troupe(['workflows', 'show', 'hello', '--of', '1'])
  assert.is(old.stdout, HELLO)
  assert.match((await project.troupe(['workflows', 'show', 'hello', '--of', '7'])).stderr, 'it has 1, 2')
})

test.run()
