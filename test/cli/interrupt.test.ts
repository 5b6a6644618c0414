/** Signals, closed pipes, and runs that more than one process knows of. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunningProcess } from '../support/child-process.ts'
import { type CliProject, createCliProject, HELLO, slow } from '../support/cli-project.ts'

const test = suite('interrupts')

const createProject = (): CliProject => createCliProject({ 'slow.yaml': slow('60s'), 'hello.yaml': HELLO })

/** A run whose second step takes a minute, and its id. */
const startSlow = async (project: CliProject): Promise<{ running: RunningProcess; id: string }> => {
  const running = project.start(['run', 'slow.yaml'])
  await running.waitFor('work: started')
  const [, id = ''] = /run (r-\S+) started/.exec(running.output().stderr) ?? []
  return { running, id }
}

const statusOf = async (project: CliProject, id: string): Promise<string> => {
  const { stdout } = await project.troupe(['runs', '--json'])
  const runs: { run: string; status: string }[] = JSON.parse(stdout)
  return runs.find(({ run }) => run === id)?.status ?? 'missing'
}

test('Ctrl-C once cancels the run and exits with 130', async () => {
  const project = createProject()
  const { running, id } = await startSlow(project)
  running.kill('SIGINT')
  const { stdout, stderr, exitCode } = await running.done
  assert.match(stderr, 'cancelling … (Ctrl-C again leaves at once)')
  assert.match(stderr, '⊘ cancelled after')
  assert.is(stdout, '')
  assert.is(exitCode, 130)
  assert.is(await statusOf(project, id), 'cancelled')
})

test('Ctrl-C twice leaves the run to be resumed, and what was recorded is not done again', async () => {
  const project = createProject()
  const { running, id } = await startSlow(project)
  running.kill('SIGINT')
  await running.waitFor('cancelling')
  running.kill('SIGINT')
  const left = await running.done
  assert.match(left.stderr, `to continue: troupe resume ${id}`)
  assert.is(left.exitCode, 130)
  assert.is(await statusOf(project, id), 'interrupted')

  const resumed = await project.troupe(['resume'])
  assert.match(resumed.stderr, `run ${id} goes on`)
  assert.not.match(resumed.stderr, 'first: started')
  assert.equal(JSON.parse(resumed.stdout), { text: 'done' })
  assert.is(resumed.exitCode, 0)

  const again = await project.troupe(['resume', id])
  assert.match(again.stderr, 'no step is performed again')
  assert.equal(JSON.parse(again.stdout), { text: 'done' })
})

test('SIGTERM leaves the run to be resumed within seconds', async () => {
  const project = createProject()
  const { running, id } = await startSlow(project)
  running.kill('SIGTERM')
  const { exitCode, stderr } = await running.done
  assert.is(exitCode, 143)
  assert.match(stderr, `troupe resume ${id}`)
  assert.is(await statusOf(project, id), 'interrupted')
})

test('a killed run is interrupted, and resume --all goes on with each', async () => {
  const project = createProject()
  const [one, two] = await Promise.all([startSlow(project), startSlow(project)])
  for (const { running } of [one, two]) running.kill('SIGKILL')
  await Promise.all([one.running.done, two.running.done])
  assert.is(await statusOf(project, one.id), 'interrupted')
  const several = await project.troupe(['resume'])
  assert.match(several.stderr, '2 runs were interrupted')
  assert.is(several.exitCode, 2)
  const { stdout, exitCode } = await project.troupe(['resume', '--all', '--json'])
  const results: { run: string; status: string }[] = JSON.parse(stdout)
  assert.equal(results.map(({ run }) => run).sort(), [one.id, two.id].sort())
  assert.equal(
    results.map(({ status }) => status),
    ['completed', 'completed'],
  )
  assert.is(exitCode, 0)
  const nothing = await project.troupe(['resume', '--all'])
  assert.match(nothing.stderr, 'nothing to resume')
})

test('a run that lives elsewhere is not resumed, and can be cancelled from here', async () => {
  const project = createProject()
  const { running, id } = await startSlow(project)
  const refused = await project.troupe(['resume', id])
  assert.match(refused.stderr, `run ${id} is held by process ${running.pid}, which is alive`)
  assert.is(refused.exitCode, 3)

  const cancelled = await project.troupe(['cancel', id.slice(-6)])
  assert.match(cancelled.stderr, `run ${id} is cancelled`)
  assert.is(cancelled.exitCode, 0)
  const { exitCode, stderr } = await running.done
  assert.match(stderr, '⊘ cancelled after')
  assert.is(exitCode, 1)

  const again = await project.troupe(['cancel', id])
  assert.match(again.stderr, 'is over: it was cancelled before')
  assert.is(again.exitCode, 0)
})

test('a run without a holder is cancelled without performing its steps', async () => {
  const project = createProject()
  const { running, id } = await startSlow(project)
  running.kill('SIGKILL')
  await running.done
  const { exitCode, stdout } = await project.troupe(['cancel', 'last', '--json'])
  const rest = { was_over: false, unsure: ['work'], undone: [], goes_on: [] }
  assert.equal(JSON.parse(stdout), { run: id, status: 'cancelled', ...rest })
  assert.is(exitCode, 0)
  const trace = JSON.parse((await project.troupe(['trace', id, '--json'])).stdout)
  assert.equal(
    trace.journal.filter(({ path, kind }: { path: string; kind: string }) => path === 'work' && kind === 'outcome'),
    [],
  )
})

test('a reader that goes away ends nothing with an error', async () => {
  const project = createProject()
  const running = project.start(['run', 'hello.yaml', '-i', 'name=Ada'])
  running.child.stdout?.destroy()
  running.child.stderr?.destroy()
  const { exitCode } = await running.done
  assert.is(exitCode, 0)
  assert.is((await project.troupe(['runs', '--status', 'completed', '--json'])).stdout.includes('hello'), true)
})

test.run()
