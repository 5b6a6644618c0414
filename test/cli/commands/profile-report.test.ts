import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject } from '../../support/cli-project.ts'

const test = suite('profile-report command')

const project = createCliProject({
  'slow.yaml': `workflow: slow
models: { default: mock/script }
steps:
  - id: draft
    llm: default
    prompt: go
    params: { script: [{ text: a, delay: 200ms }] }
  - { id: pause, wait: { for: 50ms } }
`,
})

test.before(async () => {
  await project.troupe(['run', 'slow.yaml'])
  await project.troupe(['run', 'slow.yaml'])
})

test('a run is profiled by its id, runs of a workflow together', async () => {
  const [text, one, all] = await Promise.all([
    project.troupe(['profile-report']),
    project.troupe(['profile-report', 'last', '--json']),
    project.troupe(['profile-report', '--workflow', 'slow', '--json']),
  ])
  assert.match(text.stdout, /^slow {2}r-\S+ {2}\S+\n\nstep +what +critical +count/)
  assert.match(text.stdout, /\ndraft +model +\d+\.\d% +1 +2\d\dms/)
  assert.match(text.stdout, /\n\(host\) /)
  assert.match(
    text.stdout,
    /\nbottleneck: draft, \d+% of the critical path, most of it model\n {2}without it a run would take 2\d\dms less/,
  )
  const [run, workflow] = [JSON.parse(one.stdout), JSON.parse(all.stdout)]
  assert.equal([run.workflow, typeof run.run, run.runs], ['slow', 'string', 1])
  assert.equal([workflow.run, workflow.runs, workflow.steps[0].count], [null, 2, 2])
  assert.equal([workflow.bottleneck.step, workflow.bottleneck.what], ['draft', 'model'])
})

test('what can not be profiled is said to be so', async () => {
  const [none, both] = await Promise.all([
    project.troupe(['profile-report', '--workflow', 'fast']),
    project.troupe(['profile-report', 'last', '--workflow', 'slow']),
  ])
  assert.match(none.stderr, "no run of workflow 'fast' has completed")
  assert.match(both.stderr, 'both a run and --workflow are given')
  assert.equal([none.exitCode, both.exitCode], [2, 2])
})

test.run()
