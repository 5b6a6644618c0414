/** Queued runs, and the processes that start them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toDefinition } from '../../src/runtime/new-run.ts'
import { createCliProject, FAILING, HELLO } from '../support/cli-project.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'

const test = suite('troupe submit')

const ALONE = `workflow: alone
flow: { concurrency: 1, on_conflict: reject }
steps:
  - { id: nap, wait: { for: 1h } }
`

const submit = async (project: ReturnType<typeof createCliProject>, args: readonly string[]) => {
  const { stdout, exitCode, stderr } = await project.troupe(['submit', ...args, '--json'])
  return { answer: JSON.parse(stdout), exitCode, stderr }
}

test('a submitted run is queued until a process starts it', async () => {
  const project = createCliProject({ 'hello.yaml': HELLO })
  const { stdout, stderr, exitCode } = await project.troupe(['submit', 'hello.yaml', '-i', 'name=Ada'])
  assert.match(stdout, /^r-\S+\n$/)
  assert.match(stderr, 'is queued')
  assert.match(stderr, `troupe serve starts it; without a server: troupe resume ${stdout.trim()}`)
  assert.is(exitCode, 0)
  const [run] = JSON.parse((await project.troupe(['runs', '--status', 'queued', '--json'])).stdout)
  assert.is(run.run, stdout.trim())
  const resumed = await project.troupe(['resume'])
  assert.equal(JSON.parse(resumed.stdout), { text: 'Hello Ada' })
})

test('a wrong input leaves nothing behind', async () => {
  const project = createCliProject({ 'hello.yaml': HELLO })
  const { answer, exitCode } = await submit(project, ['hello.yaml', '-i', 'age=old'])
  assert.is(answer.status, 'invalid')
  assert.is(answer.error.code, 'invalid_input')
  assert.is(exitCode, 2)
  assert.match((await project.troupe(['runs'])).stderr, /^no runs/)
})

test('a key and the same request are the same run; another request is refused', async () => {
  const project = createCliProject({ 'hello.yaml': HELLO })
  const first = await submit(project, ['hello.yaml', '-i', 'name=Ada', '--key', 'k'])
  const again = await submit(project, ['hello.yaml', '-i', 'name=Ada', '--key', 'k'])
  const other = await submit(project, ['hello.yaml', '-i', 'name=Bob', '--key', 'k'])
  const { run } = first.answer
  const queued = { run, workflow: 'hello', status: 'queued', key: 'k', is_new: true, again_after: null }
  assert.equal(first.answer, queued)
  assert.equal(again.answer, { ...first.answer, is_new: false })
  assert.is(other.exitCode, 2)
  assert.is(other.answer.error.code, 'conflict')
  assert.match(other.stderr, `run ${first.answer.run} of 'hello' has the key 'k'`)
})

test('a key whose run has failed runs again, also with a corrected file, and both runs tell of each other', async () => {
  const project = createCliProject({ 'flaky.yaml': FAILING.replace('failing', 'flaky') })
  const first = await submit(project, ['flaky.yaml', '--key', 'k'])
  await project.troupe(['resume', '-q'])
  const known = await project.troupe(['submit', 'flaky.yaml', '--key', 'k'])
  assert.match(known.stderr, 'was submitted with this key before: it is failed')
  assert.match(known.stderr, 'to run it again under the same key: --again-if failed')
  project.write('flaky.yaml', HELLO.replace('hello', 'flaky'))
  const again = await project.troupe(['submit', 'flaky.yaml', '-i', 'name=Ada', '--key', 'k', '--again-if', 'failed'])
  const [old, run] = [first.answer.run, again.stdout.trim()]
  assert.match(again.stderr, `run ${run} is queued, again after run ${old}`)
  const same = await submit(project, ['flaky.yaml', '-i', 'name=Ada', '--key', 'k', '--again-if', 'failed,cancelled'])
  assert.equal([same.answer.run, same.answer.is_new, same.answer.again_after], [run, false, old])
  assert.match((await project.troupe(['trace', run])).stdout, `again after run ${old}`)
  assert.match((await project.troupe(['trace', old])).stdout, `replaced by run ${run}, under the same key 'k'`)
  const runs = (await project.troupe(['runs'])).stdout
  assert.match(runs, new RegExp(`${run}.*queued, again after run ${old}`))
  assert.match(runs, new RegExp(`${old}.*failed: no_luck, replaced`))
})

for (const { args, says } of [
  { args: ['--again-if', 'failed'], says: '--again-if is given without --key' },
  {
    args: ['--key', 'k', '--again-if', 'failed,done'],
    says: "--again-if 'done' is wrong: expected one of failed, cancelled",
  },
])
  test(`${args.join(' ')} is refused`, async () => {
    const project = createCliProject({ 'hello.yaml': HELLO })
    const { stderr, exitCode } = await project.troupe(['submit', 'hello.yaml', '-i', 'name=Ada', ...args])
    assert.match(stderr, says)
    assert.is(exitCode, 2)
  })

test('--wait follows the run to its end in any process, and exits as run does', async () => {
  const project = createCliProject({ 'hello.yaml': HELLO, 'failing.yaml': FAILING })
  const waiting = project.start(['submit', 'hello.yaml', '-i', 'name=Ada', '--wait'])
  await waiting.waitFor('is queued')
  await project.troupe(['resume'])
  const { stdout, stderr, exitCode } = await waiting.done
  assert.equal(JSON.parse(stdout), { text: 'Hello Ada' })
  assert.match(stderr, '✓ completed')
  assert.is(exitCode, 0)
  const failing = project.start(['submit', 'failing.yaml', '--wait', '--json'])
  const isThere = async (): Promise<boolean> => (await project.troupe(['runs', '--status', 'queued'])).stdout !== ''
  while (!(await isThere()));
  await project.troupe(['resume'])
  const failed = await failing.done
  assert.is(JSON.parse(failed.stdout).error.code, 'no_luck')
  assert.is(failed.exitCode, 1)
})

test('a workflow is found by the name that it is registered under', async () => {
  const project = createCliProject()
  const store = await project.openStore()
  const definition = toDefinition(compileWorkflow(HELLO))
  await store.saveDefinition(definition)
  await store.registerWorkflow({ workflow: 'hello', definition: definition.hash, at: 1 })
  await store.close()
  const { answer, exitCode } = await submit(project, ['hello', '-i', 'name=Ada'])
  assert.is(answer.workflow, 'hello')
  assert.is(exitCode, 0)
  const missing = await project.troupe(['submit', 'helo'])
  assert.match(missing.stderr, "there is no file 'helo', and no workflow of this name")
  assert.match(missing.stderr, "did you mean 'hello'?")
  assert.is(missing.exitCode, 2)
})

test('a registered workflow has the folder that it was registered in, though another one had it first', async () => {
  const read =
    'workflow: read\nsteps: [{ id: note, tool: files.read, with: { path: note.txt } }]\noutput: steps.note.output.content\n'
  const files = { 'a/read.yaml': read, 'a/note.txt': 'from a', 'b/read.yaml': read, 'b/note.txt': 'from b' }
  const project = createCliProject(files)
  assert.is(JSON.parse((await project.troupe(['run', 'a/read.yaml', '-q'])).stdout), 'from a')
  assert.is((await project.troupe(['workflows', 'apply', 'b'])).exitCode, 0)
  await project.troupe(['submit', 'read'])
  assert.is(JSON.parse((await project.troupe(['resume', '-q'])).stdout), 'from b')
})

test('a flow that rejects says who holds it, and keeps nothing', async () => {
  const project = createCliProject({ 'alone.yaml': ALONE })
  const running = project.start(['run', 'alone.yaml'])
  await running.waitFor('nap: started')
  const { answer, exitCode } = await submit(project, ['alone.yaml'])
  assert.is(answer.error.code, 'conflict')
  assert.match(answer.error.message, "'alone' runs already, and its flow rejects another run: r-")
  assert.is(exitCode, 2)
  running.kill('SIGKILL')
  await running.done
})

test.run()
