/** Reports, failed runs, schedules and registered workflows of a server. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { submitUntil, withServedDatabase } from '../../support/served-database.ts'

const GREET = `workflow: greet
input: { name: string }
steps:
  - { id: say, llm: mock/echo, prompt: "Hello \${input.name}" }
`
const FAIL = `workflow: fail
steps:
  - { id: stop, fail: { code: no_luck, message: no luck } }
`
const NIGHTLY = `workflow: nightly
triggers:
  - { schedule: "0 3 1 1 *" }
steps:
  - { id: note, set: { n: 1 } }
`

const LINKED = `workflow: linked
models: { default: mock/script }
steps:
  - { id: say, llm: default, prompt: hi, params: { script: answers.json } }
`

const READS: string[][] = [
  ['cost-report'],
  ['cost-report', '--json'],
  ['cost-report', '--by', 'workflow,day', '--since', '1d', '--json'],
  ['cost-report', '--workflow', 'none'],
  ['profile-report'],
  ['profile-report', 'last', '--json'],
  ['profile-report', '--workflow', 'greet', '--limit', '1'],
  ['profile-report', '--workflow', 'none'],
  ['failed'],
  ['failed', '--json'],
  ['failed', '--workflow', 'greet', '--all'],
  ['schedules', 'list'],
  ['schedules', 'list', '--json'],
  ['schedules', 'next', 'nightly', '--count', '2'],
  ['schedules', 'next', '--json'],
  ['schedules', 'next', 'none'],
  ['schedules', 'retry', 'nightly'],
  ['schedules', 'dismiss', 'nightly', '--json'],
  ['workflows', 'list'],
  ['workflows', 'list', '--json'],
  ['workflows', 'show', 'nightly'],
  ['workflows', 'show', 'nightly', '--of', '1', '--json'],
  ['workflows', 'show', 'nightly', '--of', '9'],
  ['workflows', 'diff', 'nightly'],
  ['workflows', 'diff', 'nightly', '1', '2', '--json'],
  ['workflows', 'diff', 'nightly', '1'],
  ['workflows', 'diff', 'nightly', 'nightly.yaml'],
  ['workflows', 'diff', 'nightly', '1', 'nightly.yaml', '--json'],
  ['workflows', 'diff', 'nightly', '9'],
  ['workflows', 'diff', 'nightl'],
  ['plan', 'greet.yaml', '--json'],
  ['plan', 'greet.yaml'],
  ['plan', 'fail.yaml'],
  ['graph', '--run', 'last'],
  ['graph', 'fail.yaml', '--run', 'last'],
]

const test = suite('reports of a server')

test('reports, schedules and workflows are those of the database of the server', () =>
  withServedDatabase([GREET, FAIL], async (server) => {
    await submitUntil(server, { workflow: 'fail' }, 'failed')
    await submitUntil(server, { workflow: 'greet', input: { name: 'Ada' } }, 'completed')
    for (const [name, text] of Object.entries({ greet: GREET, fail: FAIL, nightly: NIGHTLY }))
      server.folder.write(`${name}.yaml`, text)
    assert.match((await server.local('workflows', 'apply', 'nightly.yaml')).stderr, '1 of 1 registered')
    assert.match((await server.same('workflows', 'diff', 'nightly')).stderr, 'has only one version')
    server.folder.write('nightly.yaml', NIGHTLY.replace('n: 1', 'n: 2'))
    assert.match((await server.local('workflows', 'apply', 'nightly.yaml')).stderr, '1 of 1 registered')
    server.folder.write('nightly.yaml', NIGHTLY.replace('note', 'noted'))
    for (const args of READS) await server.same(...args)
    const paused = await server.remote('schedules', 'pause', 'nightly')
    assert.is(paused.stderr, 'schedule nightly/1 is paused: it starts no run\n')
    assert.match((await server.same('schedules', 'list')).stdout, 'paused')
    await server.same('schedules', 'unpause', 'nightly', '--json')
  }))

test('workflows are registered on a server, all or none', () =>
  withServedDatabase([], async (server) => {
    server.folder.write('nightly.yaml', NIGHTLY)
    server.folder.write('fail.yaml', FAIL)
    const dry = await server.same('workflows', 'apply', 'nightly.yaml', 'fail.yaml', '--dry-run')
    assert.match(dry.stderr, 'nothing is registered: 2 would be')
    assert.match((await server.remote('workflows', 'apply', 'nightly.yaml', 'fail.yaml')).stderr, '2 of 2 registered')
    assert.match((await server.remote('workflows', 'apply', 'fail.yaml')).stdout, /=\s+fail\s+unchanged/)
    assert.equal(
      (await server.store.listSchedules()).map(({ id }) => id),
      ['nightly/1'],
    )
    server.folder.write('wrong.yaml', FAIL.replace('fail: {', 'fial: {'))
    assert.match((await server.remote('workflows', 'apply', 'wrong.yaml')).stderr, "did you mean 'fail'?")
    server.folder.write('answers.json', '["hi"]')
    server.folder.write('linked.yaml', LINKED)
    const linked = await server.remote('workflows', 'apply', 'fail.yaml', 'linked.yaml')
    assert.match(linked.stderr, 'answers.json')
    assert.is((await server.store.listWorkflows()).length, 2)
  }))

test.run()
