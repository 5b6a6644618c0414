/** Events for runs and from runs, and runs that are paused, from other processes than the one that runs. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../support/cli-project.ts'

const ORDER = `workflow: order
input: { number: integer }
steps:
  - { id: paid, wait: { event: paid, match: "event.data.number == input.number" }, timeout: 1h }
  - { id: tell, emit: order.paid, with: { number: "\${input.number}", by: "\${steps.paid.output.by}" } }
output: steps.paid.output.by
`

const test = suite('signals')

test('an event reaches the runs that a condition holds for, and those that wait for it go on', async () => {
  const project = createCliProject({ 'order.yaml': ORDER })
  const [one, two] = [1, 2].map((number) => project.start(['run', 'order.yaml', '-i', `number=${number}`]))
  await Promise.all([one?.waitFor('send: troupe signal'), two?.waitFor('send: troupe signal')])
  const match = 'run.workflow == "order" && run.status == "running" && input.number == 2'
  const data = ['--data', '{"number": 2, "by": "Ada"}']
  const sent = await project.troupe(['signal', '--match', match, 'paid', ...data, '--id', 'payment-7', '--json'])
  const { id, reached, repeated, event } = JSON.parse(sent.stdout)
  assert.equal([id, reached.length, repeated, event], ['payment-7', 1, [], 'paid'])
  assert.equal(JSON.parse((await two?.done)?.stdout ?? ''), 'Ada')

  const [first] = JSON.parse((await project.troupe(['runs', '--status', 'running', '--json'])).stdout)
  const kept = await project.troupe(['signal', first.run, 'paid', '--data', 'number=5', '--id', 'x'])
  assert.match(kept.stderr, 'paid reached 1 run\n')
  const again = await project.troupe(['signal', first.run, 'paid', '--data', 'number=5', '--id', 'x'])
  assert.match(again.stderr, 'paid reached 0 runs, 1 run had it before')
  await project.troupe(['signal', first.run.slice(-6), 'paid', '--data', 'number=1', '--data', 'by=Bob'])
  assert.equal(JSON.parse((await one?.done)?.stdout ?? ''), 'Bob')
  const over = await project.troupe(['signal', first.run, 'paid'])
  assert.match(over.stderr, `run ${first.run} is over: it is completed`)
  assert.is(over.exitCode, 1)

  const [table, lines, some] = await Promise.all([
    project.troupe(['events']),
    project.troupe(['events', '--json']),
    project.troupe(['events', '--run', first.run, '--type', 'order.paid', '--since', '1h', '--json']),
  ])
  assert.match(table.stdout, /^time +type +run +data\n.* order\.paid +r-\S+ +\{"number":2,"by":"Ada"\}\n/)
  const events = lines.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(
    events.map(({ specversion, type, data: { by } }) => [specversion, type, by]),
    [
      ['1.0', 'order.paid', 'Ada'],
      ['1.0', 'order.paid', 'Bob'],
    ],
  )
  assert.is(JSON.parse(some.stdout).trouperun, first.run)
})

test('a secret of the project that is sent to a run, or said with a decision, is in no file of the database', async () => {
  const config = 'secrets: { PAY_TOKEN: env }\n'
  const asks = 'workflow: asks\nsteps: [{ id: ask, approve: { title: "Pay?", form: { note: string } }, timeout: 1h }]\n'
  const project = createCliProject({ 'troupe.config.yaml': config, 'order.yaml': ORDER, 'asks.yaml': asks })
  const env = { PAY_TOKEN: 'very-secret-token' }
  const run = (await project.troupe(['submit', 'order.yaml', '-i', 'number=1'])).stdout.trim()
  const sent = await project.troupe(['signal', run, 'paid', '--data', 'by=very-secret-token'], { env })
  assert.is(sent.exitCode, 0)
  const running = project.start(['run', 'asks.yaml'])
  await running.waitFor('decide:')
  running.kill('SIGKILL')
  await running.done
  const values = ['--values', 'note=it is very-secret-token', '--comment', 'very-secret-token']
  const decided = await project.troupe(['approvals', 'approve', 'last', 'ask', ...values], { env })
  assert.is(decided.exitCode, 0, decided.stderr)
  const kept = project.dump()
  assert.match(kept, 'asks')
  assert.not.match(kept, 'very-secret-token')
})

test('a wrong condition is explained, and reaches no run', async () => {
  const project = createCliProject({ 'order.yaml': ORDER })
  await project.troupe(['submit', 'order.yaml', '-i', 'number=1'])
  const [wrong, none, both, alone] = await Promise.all([
    project.troupe(['signal', '--match', 'run.stats == "queued"', 'paid']),
    project.troupe(['signal', '--match', 'run.id', 'paid']),
    project.troupe(['signal', '--match', 'true', 'last', 'paid']),
    project.troupe(['signal', 'paid']),
  ])
  assert.match(wrong.stderr, "'run' has no field 'stats'")
  assert.match(none.stderr, 'expected true or false')
  assert.match(both.stderr, 'expected either a run or --match')
  assert.match(alone.stderr, "expected a run and an event, got 'paid' alone")
  assert.equal(
    [wrong, none, both, alone].map(({ exitCode }) => exitCode),
    [2, 2, 2, 2],
  )
  const all = await project.troupe(['signal', '--match', 'run.status == "queued"', 'paid', '--data', 'number=1'])
  assert.match(all.stderr, 'paid reached 1 run')
  assert.match(all.stderr, 'no process holds it: troupe serve continues such runs')
  const done = await project.troupe(['resume'])
  assert.is(done.exitCode, 1, 'the event came before the wait, and has no field by')
  assert.match(done.stderr, 'by')
})

const PAUSED = `workflow: paused
models: { default: mock/echo }
steps:
  - { id: ask, approve: { title: "Go on?" }, timeout: 1h }
  - { id: work, llm: default, prompt: worked }
output: steps.work.output.text
`

test('a paused run takes in what comes and begins nothing until it is unpaused', async () => {
  const project = createCliProject({ 'paused.yaml': PAUSED })
  const running = project.start(['run', 'paused.yaml'])
  await running.waitFor('decide:')
  const paused = await project.troupe(['pause', 'last', '--json'])
  const { run, status, done } = JSON.parse(paused.stdout)
  assert.equal([status, done], ['paused', true])
  assert.is((await project.troupe(['approvals', 'approve', run])).exitCode, 0)
  const trace = await project.troupe(['trace', run])
  assert.match(trace.stdout, `troupe unpause ${run}`)
  assert.match(trace.stdout, 'approved by')
  assert.not.match(trace.stdout, '✓ work')
  const [listed] = JSON.parse((await project.troupe(['runs', '--status', 'paused', '--json'])).stdout)
  assert.is(listed.run, run)
  assert.match((await project.troupe(['unpause', run])).stderr, `run ${run} continues`)
  assert.equal(JSON.parse((await running.done).stdout), 'worked')
  const over = await project.troupe(['pause', run])
  assert.match(over.stderr, 'is over: it is completed')
  assert.is(over.exitCode, 1)
})

test.run()
