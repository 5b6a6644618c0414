import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pathOf, submit } from '../../support/reached.ts'
import { submitUntil, withServedDatabase } from '../../support/served-database.ts'

const STEPS = `workflow: steps
input: { name: string }
steps:
  - { id: say, llm: mock/echo, prompt: "Hello \${input.name}" }
  - { id: note, set: { n: 1 } }
  - id: each
    foreach: "[1, 2, 3]"
    do: [{ id: nap, wait: { for: 1ms } }]
output: { text: steps.say.output.text }
`
const FAIL = `workflow: fail
steps:
  - { id: stop, fail: { code: no_luck, message: no luck } }
`
const ASK = `workflow: ask
steps:
  - { id: ask, approve: { title: Send it?, by: [ann] }, timeout: 1h }
  - { id: sent, set: { at: steps.ask.output.by } }
`

const test = suite('watch')

test('an ended run is shown from its first step on, over HTTP as on the database', () =>
  withServedDatabase([STEPS, FAIL], async ({ same, ...server }) => {
    await submitUntil(server, { workflow: 'steps', input: { name: 'Ada' } }, 'completed')
    const { stdout, stderr } = await same('watch', 'last')
    assert.equal(JSON.parse(stdout), { text: 'Hello Ada' })
    const lines = stderr
      .replaceAll(/ in \d+m?s/g, '')
      .replaceAll(/r-[a-z0-9-]+/g, 'RUN')
      .split('\n')
    assert.equal(lines.slice(0, 6), [
      'steps: run RUN started',
      '  say: started',
      '  say: completed',
      '  note: completed',
      '  each: started',
      '  each: completed, 3 items',
    ])
    assert.match(lines[6] ?? '', '✓ completed · run RUN')
    const rows = (await same('watch', 'last', '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.equal(
      rows.slice(0, -1).map(({ seq }) => seq),
      rows.slice(0, -1).map((_, index) => index + 1),
    )
    assert.equal(
      [rows.at(-1).kind, rows.at(-1).status, rows.at(-1).output],
      ['end', 'completed', { text: 'Hello Ada' }],
    )
    await submitUntil(server, { workflow: 'fail' }, 'failed')
    assert.match((await same('watch', 'last')).stderr, 'step stop: no_luck: no luck')
    assert.equal(await same('watch', 'last', '--quiet'), await same('watch', 'last', '-q'))
  }))

test('a run in progress is followed to its end, with what it asks', () =>
  withServedDatabase([ASK], async ({ remote, ...server }) => {
    const run = await submitUntil(server, { workflow: 'ask' }, 'waiting')
    const watched = remote('watch', run)
    await new Promise((resolve) => setTimeout(resolve, 500))
    const [open] = await server.store.listApprovals()
    assert.ok(open)
    await server.client.post(`/api/v1/approvals/${run}`, { decision: 'approve', by: 'ann' })
    const { stderr } = await watched
    assert.match(stderr, 'ask: waits for ann: Send it?')
    assert.match(stderr, /ask: completed in \d+/)
    assert.match(stderr, 'sent: completed')
  }))

test('a run that is not there is told', () =>
  withServedDatabase([ASK], async ({ remote, local, ...server }) => {
    assert.match((await remote('watch', 'last')).stderr, `there are no runs on ${server.url}`)
    const { body } = await server.client.get(`${pathOf(await submit(server, { workflow: 'ask' }))}/definition`)
    assert.equal([body.file, body.models, body.environment], ['example.yaml', {}, []])
    assert.match((await remote('watch', 'nothing')).stderr, "no run 'nothing'")
    assert.match((await local('watch', 'nothing')).stderr, "there is no run 'nothing'")
  }))

test.run()
