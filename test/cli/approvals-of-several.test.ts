/** Steps that several people approve, each from a process of its own. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startAsking } from '../support/asking-run.ts'
import { createCliProject } from '../support/cli-project.ts'

const SEVERAL = `workflow: several
steps:
  - id: ask
    approve: { title: "Pay?", by: [ann, bob, carol], count: 2, form: { amount: integer } }
    timeout: 1h
output: steps.ask.output.decisions.map(d, [d.by, d.values.amount])
`

const test = suite('approvals of several people')

test('several people approve, each in a process of its own, before and after the run is let go', async () => {
  const project = createCliProject({ 'several.yaml': SEVERAL })
  const { running, id } = await startAsking(project, 'several.yaml')
  assert.match(running.output().stderr, 'ask: waits for 2 of ann, bob, carol: Pay? (')
  const approve = (by: string, ...more: string[]) =>
    project.troupe(['approvals', 'approve', id, '--by', by, '--values', `amount=${by.length}`, ...more])
  const first = await approve('ann')
  assert.match(first.stderr, 'ann approved: Pay?\n  1 of 2: ann; still asked: bob or carol\n')
  await running.waitFor('ask: waits for bob or carol (1 of 2: ann): Pay? (')
  const again = await approve('ann', '--json')
  assert.is(again.exitCode, 1)
  const twice = "'ann' has approved it already (1 of 2: ann): expected bob or carol"
  assert.match(JSON.parse(again.stdout).error.message, twice)
  const [table, shown, json, runs] = await Promise.all([
    project.troupe(['approvals', 'list']),
    project.troupe(['approvals', 'show', id]),
    project.troupe(['approvals', 'list', '--json']),
    project.troupe(['runs', '--json']),
  ])
  assert.match(table.stdout, 'Pay?   bob or carol (1 of 2: ann)')
  assert.match(shown.stdout, /decides {3}bob or carol\napproved {2}1 of 2, ann at \S+: \{"amount":3\}\n/)
  const [asked] = JSON.parse(json.stdout)
  assert.equal([asked.count, asked.decisions[0].by, asked.decisions[0].values], [2, 'ann', { amount: 3 }])
  const [{ waits_for: waits }] = JSON.parse(runs.stdout)
  assert.equal([waits[0].count, waits[0].decisions.map(({ by }: { by: string }) => by)], [2, ['ann']])
  running.kill('SIGKILL')
  await running.done
  const last = JSON.parse((await approve('carol', '--json')).stdout)
  assert.equal([last.counted, last.missing], [false, 0])
  const late = await approve('bob')
  assert.match(late.stderr, "the decision about 'Pay?' does not count: ann and carol approved it before")
  assert.is(late.exitCode, 1)
  assert.equal(JSON.parse((await project.troupe(['resume', 'last'])).stdout), [
    ['ann', 3],
    ['carol', 5],
  ])
  assert.match((await approve('bob')).stderr, /is not open any more: ann and carol approved it at/)
  const trace = await project.troupe(['trace', 'last'])
  assert.match(trace.stdout, 'approved by ann (1 of 2)')
  assert.match(trace.stdout, 'approved by carol (2 of 2)')
})

test('while no process holds the run the first of several approvals is kept, and a link decides for the next person', async () => {
  const project = createCliProject({ 'several.yaml': SEVERAL })
  const { running, id } = await startAsking(project, 'several.yaml')
  running.kill('SIGTERM')
  await running.done
  const link = async (): Promise<string> => (await project.troupe(['approvals', 'link', id])).stdout.trim()
  const use = (token: string, by: string, ...more: string[]) =>
    project.troupe(['approvals', 'approve', '--token', token, '--by', by, '--values', 'amount=1', ...more])
  const token = await link()
  const first = await use(token, 'ann')
  assert.match(first.stderr, '1 of 2: ann; still asked: bob or carol\n  no process holds run')
  assert.match((await project.troupe(['approvals', 'list'])).stdout, 'bob or carol (1 of 2: ann)')
  assert.match((await project.troupe(['runs'])).stdout, 'waiting for bob or carol (1 of 2: ann): Pay?')
  const again = await use(token, 'bob')
  assert.match(again.stderr, "it was used before to decide about 'Pay?'")
  assert.is(again.exitCode, 1)
  assert.is((await use(await link(), 'bob')).exitCode, 0)
  assert.equal(JSON.parse((await project.troupe(['resume', 'last'])).stdout), [
    ['ann', 1],
    ['bob', 1],
  ])
})

test.run()
