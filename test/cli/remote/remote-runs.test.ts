import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readCliOutput } from '../../support/in-process-cli.ts'
import { submitUntil, withServedDatabase } from '../../support/served-database.ts'
import { createEnd, startRun } from '../../support/store-values.ts'

const GREET = `workflow: greet
input: { name: string }
steps:
  - { id: say, llm: mock/echo, prompt: "Hello \${input.name}" }
`
const ASK = `workflow: ask
steps:
  - { id: ask, approve: { title: Send it?, by: [ann, bob] }, timeout: 1h }
`
const FAIL = `workflow: fail
steps:
  - { id: stop, fail: { code: no_luck, message: no luck } }
`

const READS: string[][] = [
  ['runs'],
  ['runs', '--json'],
  ['runs', '--status', 'waiting'],
  ['runs', '--status', 'failed', '--json'],
  ['runs', '--status', 'queued'],
  ['runs', '--limit', '1'],
  ['runs', '--workflow', 'greet', '--all'],
  ['runs', '--input', 'name=Ada', '--json'],
  ['runs', '--input', 'name=Bob'],
  ['runs', '--since', '1h', '--until', '2100-01-01'],
  ['runs', '--since', '2100-01-01'],
  ['runs', '--children', '--json'],
  ['runs', '--status', 'nothing'],
  ['trace', 'last'],
  ['trace', 'last', '--all'],
]

const test = suite('runs of a server')

test('lists and traces are those of the database of the server', () =>
  withServedDatabase([GREET, ASK, FAIL], async (server) => {
    await submitUntil(server, { workflow: 'greet', input: { name: 'Ada' } }, 'completed')
    await submitUntil(server, { workflow: 'fail' }, 'failed')
    await submitUntil(server, { workflow: 'ask' }, 'waiting')
    for (const args of READS) await server.same(...args)
    const listed: { run: string }[] = JSON.parse((await server.same('runs', '--json')).stdout)
    for (const { run } of listed) {
      await server.same('trace', run, '--json')
      await server.same('trace', run.slice(-5), '--all')
    }
    assert.match((await server.remote('trace', 'nothing')).stderr, "no run 'nothing' in")
  }))

test('a path that the server does not have is told as a wrong URL or an older server', () =>
  withServedDatabase([FAIL], async ({ url, folder }) => {
    const { stderr } = await readCliOutput(['runs', '--server', `${url}/elsewhere`], folder.path)
    assert.match(stderr, `${url}/elsewhere has no /api/v1/runs\n  hint: is the URL right?`)
  }))

test('a list longer than a page of the server holds each run once', () =>
  withServedDatabase([FAIL], async ({ store, same }) => {
    for (let count = 0; count < 501; count++) {
      const claim = await startRun(store, { run: { id: `r-${count}` } })
      await store.write(claim, { end: createEnd() })
    }
    const { stdout } = await same('runs', '--all', '--json')
    assert.is(JSON.parse(stdout).length, 501)
    await same('runs', '--status', 'interrupted')
  }))

test.run()
