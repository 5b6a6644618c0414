/** Runs in a queue, served by one or two servers whose clocks are two hours apart. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CliProject, createCliProject } from '../support/cli-project.ts'

const HOUR_MS = 3_600_000

/** Environment of a process whose clock is this much ahead of the machine's. */
const clockAhead = (ms: number): { env: Record<string, string> } => {
  const preload = `const now = Date.now; Date.now = () => now() + ${ms}`
  return { env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}` } }
}

const ASK = `workflow: ask
flow: { concurrency: 1 }
limits: { time: 30m }
steps:
  - { id: ask, approve: { title: "Go on?" }, timeout: 3s, on_error: continue }
output: { status: steps.ask.status, at: run.started_at }
`

const NAP = `workflow: nap
flow: { concurrency: 1, max_queued: 1 }
steps:
  - { id: nap, wait: { for: 1h } }
`

interface ShownRun {
  run: string
  status: string
  created_at: string
  started_at: string | null
  ended_at: string | null
  duration_ms: number
  queued_ms: number
}

const shown = async (project: CliProject, id: string): Promise<ShownRun> => {
  const { stdout } = await project.troupe(['runs', '--json'])
  const runs: ShownRun[] = JSON.parse(stdout)
  const run = runs.find((one) => one.run === id)
  assert.ok(run)
  return run
}

const submit = async (
  project: CliProject,
  file: string,
  options?: { env: Record<string, string> },
): Promise<string> => {
  const { stdout, stderr, exitCode } = await project.troupe(['submit', file, '-q'], options)
  assert.is(exitCode, 0, stderr)
  return stdout.trim()
}

const isNear = (text: string | null, at: number): boolean => Math.abs(Date.parse(text ?? '') - at) < 60_000

const test = suite('queued runs, with clocks two hours apart')

for (const [title, clocks] of [
  ['one server whose clock is two hours ahead', [2 * HOUR_MS]],
  ['one server whose clock is two hours behind', [-2 * HOUR_MS]],
  ['two servers, one two hours ahead', [0, 2 * HOUR_MS]],
] as const)
  test(`${title}: each approval has its three seconds from when it is asked, and all times are the database's`, async () => {
    const project = createCliProject({ 'ask.yaml': ASK })
    const ids = [await submit(project, 'ask.yaml', clockAhead(2 * HOUR_MS)), await submit(project, 'ask.yaml')]
    const servers = clocks.map((ms) =>
      project.start(['serve', '--log', 'text'], { ...clockAhead(ms), timeoutMs: 60_000 }),
    )
    const submittedAt = Date.now()
    for (const id of ids)
      await Promise.any(servers.map((server) => server.waitFor(new RegExp(`${id} .*completed|completed.* ${id}`))))
    for (const server of servers) server.kill('SIGTERM')
    await Promise.all(servers.map(({ done }) => done))
    let endedAt = 0
    for (const id of ids) {
      const run = await shown(project, id)
      assert.is(run.status, 'completed')
      assert.ok(isNear(run.created_at, submittedAt), `created ${run.created_at}`)
      assert.ok(isNear(run.started_at, submittedAt), `started ${run.started_at}`)
      assert.ok(run.duration_ms >= 2_900 && run.duration_ms < 20_000, `took ${run.duration_ms}`)
      assert.ok(Date.parse(run.started_at ?? '') >= endedAt, 'one after the other')
      endedAt = Date.parse(run.ended_at ?? '')
      const trace = await project.troupe(['trace', id])
      assert.match(trace.stdout, /ask .*longer than its timeout/)
      if (id !== ids[0]) assert.match(trace.stdout, /queued for \d+/)
    }
  })

test('a full queue refuses a run, and says what to do', async () => {
  const project = createCliProject({ 'nap.yaml': NAP })
  await submit(project, 'nap.yaml')
  const waiting = await submit(project, 'nap.yaml')
  const refused = await project.troupe(['submit', 'nap.yaml'])
  assert.is(refused.exitCode, 2)
  assert.match(refused.stderr, "the queue of 'nap' is full: max_queued of its flow is 1")
  assert.match((await project.troupe(['runs'])).stdout, /queued for \d/)
  assert.is((await shown(project, waiting)).started_at, null)
})

test.run()
