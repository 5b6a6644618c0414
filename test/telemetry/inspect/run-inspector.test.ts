/** A whole run, seen by the server and the receiver of `@statelyai/inspect` over a real WebSocket. */

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect'
import { createInspectorServer } from '@statelyai/inspect/server'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../../support/cli-project.ts'

const WORKFLOW = `workflow: watched
models: { default: mock/echo }
steps:
  - id: first
    llm: default
    prompt: one
  - id: each
    foreach: "['a', 'b']"
    as: letter
    concurrency: 1
    do:
      - id: say
        llm: default
        prompt: "\${letter}"
  - id: broken
    tool: files.read
    with: { path: nowhere.txt }
    on_error: continue
output:
  said: steps.each.output.map(one, one.text)
`

const findFreePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const UNDO = `workflow: undone
steps:
  - id: each
    foreach: "['a', 'b']"
    as: letter
    concurrency: 1
    do:
      - id: write
        tool: files.append
        with: { path: out.txt, content: "\${letter}" }
        undo: { tool: files.append, with: { path: out.txt, content: "no \${letter}" } }
  - { id: no, fail: { code: no, message: no } }
`

const project = createCliProject({ 'watched.yaml': WORKFLOW, 'undone.yaml': UNDO })

/** Events that a receiver got from one run of the command line. */
const watchRun = async (file: string): Promise<{ seen: StatelyInspectionEvent[]; stdout: string; stderr: string }> => {
  const port = await findFreePort()
  const server = createInspectorServer({ port, autoOpen: false })
  const seen: StatelyInspectionEvent[] = []
  const ended = new Promise<void>((resolve) => {
    createWebSocketReceiver({ server: `ws://127.0.0.1:${port}` }).subscribe((event) => {
      seen.push(event)
      if (isEnd(event)) resolve()
    })
  })
  try {
    const { stdout, stderr } = await project.troupe(['run', file, '--inspect', String(port), '--json'])
    if (JSON.parse(stdout).status === undefined) throw new Error(stderr)
    await ended
    return { seen, stdout, stderr }
  } finally {
    server.stop()
  }
}

const isEnd = (event: StatelyInspectionEvent): boolean =>
  event.type === '@xstate.snapshot' && event.sessionId === event.rootId && event.snapshot.status !== 'active'

const test = suite('run inspector')

let watched: Promise<Awaited<ReturnType<typeof watchRun>>>

// The package's receiver can't be closed, and connects again for ever: its socket would keep this process alive.
test.after(() => {
  setTimeout(() => process.exit(), 500)
})

test.before(async () => {
  watched = watchRun('watched.yaml')
  await watched
})

const label = ({ rootId = '' }: StatelyInspectionEvent, id: string | undefined): string =>
  id === rootId ? 'run' : (id ?? '').replace(`${rootId}/`, '')

test('a receiver gets actors, events and snapshots of a whole run, in order', async () => {
  const { seen, stderr } = await watched
  assert.match(stderr, /^inspect: ws:\/\/127\.0\.0\.1:\d+\/\n/)
  const lines = seen.map((event) => {
    const actor = label(event, event.sessionId)
    if (event.type === '@xstate.actor') return `actor ${actor} in ${label(event, event.parentId)}`
    if (event.type === '@xstate.event') return `event ${actor} ${event.event.type} from ${label(event, event.sourceId)}`
    return `snapshot ${actor} ${event.snapshot.status} ${JSON.stringify((event.snapshot as { value?: unknown }).value) ?? ''}`.trim()
  })
  const item = (index: number): string[] => [
    `actor each[${index}] in run`,
    `actor each[${index}]/say#1 in each[${index}]`,
    `snapshot each[${index}]/say#1 done`,
    `event each[${index}] xstate.done.actor.say from each[${index}]/say#1`,
    `snapshot each[${index}] done "run--completed"`,
  ]
  assert.equal(lines, [
    'actor run in ',
    'actor first#1 in run',
    'snapshot first#1 done',
    'event run xstate.done.actor.first from first#1',
    'snapshot run active "each"',
    ...item(0),
    ...item(1),
    'event run xstate.done.actor.each from ',
    'snapshot run active "broken"',
    'actor broken#1 in run',
    ...lines.filter((line) => line.startsWith('event broken#1')),
    'snapshot broken#1 error',
    'event run xstate.error.actor.broken from broken#1',
    'snapshot run done "run--completed"',
  ])
})

test('undoing is a machine of its own, with the calls that it makes', async () => {
  const { seen } = await watchRun('undone.yaml')
  const actors = seen.flatMap((event) =>
    event.type === '@xstate.actor' ? [`${label(event, event.sessionId)} in ${label(event, event.parentId)}`] : [],
  )
  assert.equal(actors.slice(-3), [
    'run--undo in run',
    'run--undo/each[1]/write#1 in run--undo',
    'run--undo/each[0]/write#1 in run--undo',
  ])
  const ends = seen.flatMap((event) =>
    event.type === '@xstate.snapshot' && event.snapshot.status === 'done' ? [label(event, event.sessionId)] : [],
  )
  assert.equal(ends.slice(-4), ['run--undo/each[1]/write#1', 'run--undo/each[0]/write#1', 'run--undo', 'run'])
})

test('the machine comes with its definition, and snapshots with what steps gave out', async () => {
  const { seen } = await watched
  const [root] = seen
  assert.is(root?.type, '@xstate.actor')
  const { definition, name } = root as Extract<StatelyInspectionEvent, { type: '@xstate.actor' }>
  assert.is(name, 'watched')
  for (const id of ['first', 'each', 'broken']) assert.ok(id in JSON.parse(definition ?? '{}').states, id)
  const last = seen.findLast(({ type }) => type === '@xstate.snapshot') as { snapshot: { context: { steps: object } } }
  assert.match(JSON.stringify(last.snapshot.context.steps), '"text":"one"')
})

test('a run is the same with and without a viewer, also where no server listens', async () => {
  const port = await findFreePort()
  const alone = await project.troupe(['run', 'watched.yaml', '--inspect', `127.0.0.1:${port}`, '--json'])
  assert.is(alone.exitCode, 0)
  assert.match(alone.stderr, `inspect: no server listens at ws://127.0.0.1:${port}/; the run goes on`)
  assert.equal(JSON.parse(alone.stdout).output, JSON.parse((await watched).stdout).output)
})

test('a server that never answers holds nothing up', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as AddressInfo
  const { stdout, exitCode } = await project.troupe(['run', 'watched.yaml', '--inspect', String(port), '--json'])
  silent.close()
  assert.is(exitCode, 0)
  assert.is(JSON.parse(stdout).status, 'completed')
})

test('addresses beyond this machine are refused', async () => {
  const { stderr, exitCode } = await project.troupe(['run', 'watched.yaml', '--inspect=ws://inspect.example:8080'])
  assert.is(exitCode, 2)
  assert.match(stderr, 'is not on this machine')
})

test.run()
