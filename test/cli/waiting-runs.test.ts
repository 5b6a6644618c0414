/** Runs that are queued, wait or undo: what is shown of them, and how they are cancelled. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../support/cli-project.ts'

const ALONE = `workflow: alone
flow: { concurrency: 1 }
steps:
  - { id: nap, wait: { for: 1h } }
`

const WAITING = `workflow: waiting
steps:
  - id: all
    parallel:
      person: [{ id: ask, approve: { title: "Go on?", by: ann }, timeout: 2h }]
      outside: [{ id: paid, wait: { event: paid }, timeout: 1h }]
      time: [{ id: nap, wait: { for: 10m } }]
`

const PARENT = `workflow: parent
steps:
  - { id: below, workflow: waiting.yaml }
`

const UNDOING = `workflow: undoing
steps:
  - { id: book, tool: files.write, with: { path: booked.txt, content: x }, undo: { tool: files.write, with: { path: freed.txt, content: x } } }
  - { id: charge, tool: files.write, with: { path: charged.txt, content: x }, undo: { tool: files.write, with: { path: "/nowhere/at/all", content: x } } }
  - { id: stop, fail: { code: sold_out, message: nothing is left } }
`

const test = suite('waiting runs')

test('queued by its flow, a run says so; Ctrl-C cancels it in the queue', async () => {
  const project = createCliProject({ 'alone.yaml': ALONE })
  const first = project.start(['run', 'alone.yaml'])
  await first.waitFor('nap: started')
  const second = project.start(['run', 'alone.yaml'])
  await second.waitFor(/run r-\S+ is queued by its flow: it starts as soon as a run of its flow ends/)
  const queued = await project.troupe(['runs', '--status', 'queued', '--json'])
  assert.is(JSON.parse(queued.stdout).length, 1)
  second.kill('SIGINT')
  const { stderr, exitCode } = await second.done
  assert.match(stderr, 'cancelling …')
  assert.match(stderr, '⊘ cancelled')
  assert.is(exitCode, 130)
  first.kill('SIGKILL')
  await first.done
})

test('a run that its flow keeps in the queue can be cancelled', async () => {
  const project = createCliProject({ 'alone.yaml': ALONE })
  const first = project.start(['run', 'alone.yaml'])
  await first.waitFor('nap: started')
  const { stdout: id } = await project.troupe(['submit', 'alone.yaml', '-q'])
  const cancelled = await project.troupe(['cancel', id.trim()])
  assert.match(cancelled.stderr, `run ${id.trim()} is cancelled`)
  assert.is(cancelled.exitCode, 0)
  const resumed = await project.troupe(['resume', id.trim()])
  assert.match(resumed.stderr, 'has ended: no step is performed again')
  first.kill('SIGKILL')
  await first.done
})

test('a waiting run says for whom, for what and until when, and is cancelled', async () => {
  const project = createCliProject({ 'waiting.yaml': WAITING })
  const running = project.start(['run', 'waiting.yaml'])
  await running.waitFor('Go on?')
  running.kill('SIGTERM')
  assert.is((await running.done).exitCode, 143)
  const [runs, trace, json] = await Promise.all([
    project.troupe(['runs']),
    project.troupe(['trace', 'last']),
    project.troupe(['trace', 'last', '--json']),
  ])
  assert.match(runs.stdout, /waiting +waiting for ann: Go on\?, and 2 more/)
  assert.match(
    trace.stdout,
    /◷ ask: waits for ann: Go on\? \(\w+.* left\)\n {2}troupe approvals approve [0-9a-f]{8} --by ann\n/,
  )
  assert.match(trace.stdout, /◷ paid: waits for the event paid \((?:59m|1h) .*left\)\n {2}troupe signal r-\S+ paid\n/)
  assert.match(trace.stdout, /◷ nap: waits for \S+.* \((?:9m|10m) .*left\)/)
  const { status, waits_for: waits, run } = JSON.parse(json.stdout)
  assert.is(status, 'waiting')
  assert.equal(waits.map(({ kind }: { kind: string }) => kind).sort(), ['approval', 'event', 'time'])
  const cancelled = await project.troupe(['cancel', run, '--json'])
  const nothing = { was_over: false, unsure: [], undone: [], goes_on: [] }
  assert.equal(JSON.parse(cancelled.stdout), { run, status: 'cancelled', ...nothing })
  assert.match((await project.troupe(['approvals', 'list'])).stderr, 'nothing is asked')
})

test('cancelling a run without a holder cancels its child run too', async () => {
  const project = createCliProject({ 'waiting.yaml': WAITING, 'parent.yaml': PARENT })
  const running = project.start(['run', 'parent.yaml'])
  await running.waitFor('Go on?')
  running.kill('SIGKILL')
  await running.done
  const cancelled = await project.troupe(['cancel', 'last', '--json'])
  assert.equal(JSON.parse(cancelled.stdout).goes_on, [])
  const { status, children } = JSON.parse((await project.troupe(['trace', 'last', '--json'])).stdout)
  assert.equal([status, ...children.map((child: { status: string }) => child.status)], ['cancelled', 'cancelled'])
})

test('what was undone, and what could not be, is said at the end, by run and by trace', async () => {
  const project = createCliProject({ 'undoing.yaml': UNDOING })
  const { stderr, exitCode } = await project.troupe(['run', 'undoing.yaml'])
  assert.match(stderr, 'undone: book\n')
  assert.match(stderr, /not undone: charge: \w+: .*nowhere/)
  assert.is(exitCode, 1)
  const [trace, json, replayed] = await Promise.all([
    project.troupe(['trace', 'last']),
    project.troupe(['trace', 'last', '--json']),
    project.troupe(['resume', 'last', '--json']),
  ])
  assert.match(trace.stdout, '✓ undo book')
  assert.match(trace.stdout, 'undone: book\n')
  const { undone } = JSON.parse(json.stdout)
  assert.equal(
    undone.map(({ step, error }: { step: string; error?: object }) => [step, error === undefined]),
    [
      ['charge', false],
      ['book', true],
    ],
  )
  assert.equal(JSON.parse(replayed.stdout).undone, undone)
})

test.run()
