/** Runs that a server makes from old ones, and past states of its runs. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { submitUntil, withServedDatabase } from '../../support/served-database.ts'

const GREET = `workflow: greet
input: { name: string }
steps:
  - { id: say, llm: mock/echo, prompt: "Hello \${input.name}" }
  - { id: note, set: { n: steps.say.output.text } }
output: { text: steps.note.output.n }
`
const FAIL = `workflow: fail
steps:
  - { id: stop, fail: { code: no_luck, message: no luck } }
`
const ASK = `workflow: ask
steps:
  - { id: ask, approve: { title: Send it? }, timeout: 1h }
`

const test = suite('copies of runs of a server')

test('a restart is followed to its end, and with --submit left to the server', () =>
  withServedDatabase([GREET, ASK], async (server) => {
    const run = await submitUntil(server, { workflow: 'greet', input: { name: 'Ada' } }, 'completed')
    const shown = await server.remote('restart', run, '--input', 'name=Bob')
    assert.equal(JSON.parse(shown.stdout), { text: 'Hello Bob' })
    assert.match(shown.stderr, /say: completed in/)
    const { stdout, stderr } = await server.remote('restart', run, '--submit', '--json')
    const copied = JSON.parse(stdout)
    assert.equal([copied.status, copied.origin, stderr], ['queued', { kind: 'restart', of: run }, ''])
    const id = (await server.remote('restart', run, '--submit', '-q')).stdout.trim()
    await server.until('it ends', async () => (await server.record(id)).status === 'completed')
    const waiting = await submitUntil(server, { workflow: 'ask' }, 'waiting')
    await server.same('restart', waiting)
    assert.match((await server.remote('restart', run, '--input', 'n=1')).stderr, "'/n' is not a known field")
  }))

test('a fork is planned and made', () =>
  withServedDatabase([GREET], async (server) => {
    const run = await submitUntil(server, { workflow: 'greet', input: { name: 'Ada' } }, 'completed')
    await server.same('fork', run, '--from', 'note', '--dry-run')
    await server.same('fork', run, '--from', 'note', '--dry-run', '--json', '--set', 'say.output={"text": "Hi"}')
    await server.same('fork', run, '--from', 'nothing', '--dry-run')
    const forked = await server.remote('fork', 'last', '--from', 'note', '--set', 'say.output={"text": "Hi"}', '-q')
    assert.equal(JSON.parse(forked.stdout), { text: 'Hi' })
  }))

test('failed runs are rerun once each', () =>
  withServedDatabase([FAIL], async (server) => {
    const run = await submitUntil(server, { workflow: 'fail' }, 'failed')
    await server.same('rerun', '--dry-run')
    await server.same('rerun', '--dry-run', '--json', '--fault', 'no_luck')
    await server.same('rerun', '--dry-run', '--fault', 'other')
    const rerun = await server.remote('rerun', '--json')
    const [first] = JSON.parse(rerun.stdout)
    assert.equal([first.of, first.status], [run, 'queued'])
    await server.until('it ends', async () => (await server.record(first.run)).status === 'failed')
    assert.match((await server.remote('rerun', '--limit', '1')).stderr, `${first.run}: run `)
  }))

test('past states, and differences of two runs, are those of the database of the server', () =>
  withServedDatabase([GREET], async (server) => {
    const one = await submitUntil(server, { workflow: 'greet', input: { name: 'Ada' } }, 'completed')
    const two = await submitUntil(server, { workflow: 'greet', input: { name: 'Bob' } }, 'completed')
    for (const args of [
      ['trace', one, '--at', '2'],
      ['trace', 'last', '--at', 'last', '--json'],
      ['trace', one, '--at', '99'],
      ['diff', one, two],
      ['diff', one, two, '--json'],
    ])
      await server.same(...args)
  }))

test.run()
