/** Commands on past runs: fork, restart, rerun, failed, diff. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CliProject, createCliProject } from '../../support/cli-project.ts'

const TRIAGE = `workflow: triage
models: { default: mock/echo, judge: mock/echo }
input: { topic: string, tone?: string }
steps:
  - { id: classify, llm: default, prompt: "kind of \${input.topic}" }
  - { id: check, when: "input.topic == 'bad'", fail: { code: bad_topic, message: "not this one" } }
  - { id: review, llm: judge, prompt: "review: \${steps.classify.output.text}" }
output: steps.review.output.text
`

const createProject = async (topics: readonly string[]): Promise<CliProject & { ids: string[] }> => {
  const project = createCliProject({ 'triage.yaml': TRIAGE })
  const ids: string[] = []
  for (const topic of topics) {
    const { stdout } = await project.troupe(['run', 'triage.yaml', '-i', `topic=${topic}`, '--json'])
    ids.push(JSON.parse(stdout).run)
  }
  return { ...project, ids }
}

const listRuns = async (project: CliProject): Promise<{ run: string; status: string }[]> =>
  JSON.parse((await project.troupe(['runs', '--json'])).stdout)

const forks = suite('troupe fork')

forks('copies what stands, performs the rest, and says what it did', async () => {
  const project = await createProject(['tea'])
  const [origin = ''] = project.ids
  const { stdout, stderr, exitCode } = await project.troupe([
    'fork',
    'last',
    '--from',
    'review',
    '--set',
    'classify.output={"text":"a poem"}',
  ])
  assert.is(exitCode, 0)
  assert.is(JSON.parse(stdout), 'review: a poem')
  assert.match(
    stderr,
    `fork of ${origin} from review: 1 row copied (3 → 3 tokens · $0: paid in that run, not charged again)`,
  )
  assert.not.match(stderr, 'classify: completed')
  const trace = JSON.parse((await project.troupe(['trace', 'last', '--json'])).stdout)
  assert.equal(trace.origin, { kind: 'fork', of: origin })
  assert.is(trace.journal[1].data.usage, undefined)
  const cost = JSON.parse((await project.troupe(['cost-report', '--json'])).stdout)
  assert.is(cost.rows[0].calls, 3)
})

forks('with --dry-run only says what it would do', async () => {
  const project = await createProject(['tea'])
  const args = ['fork', 'last', '--from', 'review', '-i', 'topic=milk', '--dry-run']
  const [text, json] = [await project.troupe(args), await project.troupe([...args, '--json'])]
  assert.match(text.stderr, 'not copied: classify (its input changed)')
  const plan = JSON.parse(json.stdout)
  assert.equal(plan.not_copied, [{ step: 'classify', visit: 1, reason: 'changed' }])
  assert.is(plan.is_reached, false)
  assert.is((await listRuns(project)).length, 1)
})

forks('with --submit leaves it to a server, with what is open known to the database', async () => {
  const project = await createProject(['tea'])
  const submitted = await project.troupe(['fork', 'last', '--from', 'review', '--submit', '--json'])
  const { run, status, origin } = JSON.parse(submitted.stdout)
  assert.is(status, 'queued')
  assert.equal(origin, { kind: 'fork', of: project.ids[0] })
  assert.is(JSON.parse((await project.troupe(['resume', run])).stdout), 'review: kind of tea')
})

forks('what can not be meant is refused, with what there is', async () => {
  const project = await createProject(['tea'])
  const refuse = async (...args: string[]): Promise<string> => {
    const { stderr, exitCode } = await project.troupe(['fork', 'last', ...args])
    assert.is(exitCode, 2, stderr)
    return stderr
  }
  assert.match(await refuse('--from', 'reviw'), "did you mean 'review'?")
  assert.match(await refuse('--from', 'review', '--visit', '3'), 'expected a visit from 1 to 1, got 3')
  assert.match(await refuse('--from', 'review', '--set', 'classify=1'), 'expected STEP.output=JSON')
  assert.match(await refuse('--from', 'review', '--set', 'classify.output=poem'), 'is no JSON')
  assert.match(await refuse('--from', 'review', '--set', 'classify.output=5'), 'does not fit')
  assert.match(await refuse('--from', 'review', '-i', 'topik=milk'), 'topik')
  assert.match(await refuse('--from', 'review', '-m', 'juge=mock/echo'), "did you mean 'judge'?")
  assert.match(await refuse(), 'required option')
})

forks.run()

const anew = suite('runs begun anew')

anew('restart makes a new run of the same input, changed where that is wanted', async () => {
  const project = await createProject(['tea'])
  const [origin] = project.ids
  const same = await project.troupe(['restart', 'last', '--json'])
  assert.is(JSON.parse(same.stdout).output, 'review: kind of tea')
  const other = await project.troupe(['restart', String(origin), '-i', 'topic=milk'])
  assert.is(JSON.parse(other.stdout), 'review: kind of milk')
  const trace = JSON.parse((await project.troupe(['trace', 'last', '--json'])).stdout)
  assert.equal(trace.origin, { kind: 'restart', of: origin })
})

anew('a run that has not ended is not restarted', async () => {
  const project = await createProject([])
  await project.troupe(['submit', 'triage.yaml', '-i', 'topic=tea'])
  const { stderr, exitCode } = await project.troupe(['restart', 'last'])
  assert.is(exitCode, 1)
  assert.match(stderr, 'has not ended: it is queued')
})

anew('failed groups what failed, until it is dealt with', async () => {
  const project = await createProject(['bad', 'tea', 'bad'])
  const groups = JSON.parse((await project.troupe(['failed', '--json'])).stdout)
  assert.is(groups.length, 1)
  const [group] = groups
  assert.equal([group.workflow, group.fault, group.step, group.count], ['triage', 'bad_topic', 'check', 2])
  assert.is(group.newest.run, project.ids[2])
  assert.is(group.rerun, 'troupe rerun --fault bad_topic --workflow triage --step check')
  await project.troupe(['fork', String(project.ids[2]), '--from', 'check', '-i', 'topic=tea'])
  const text = await project.troupe(['failed'])
  assert.match(text.stdout, new RegExp(`1 +triage +bad_topic +check .*${project.ids[0]}`))
  assert.match((await project.troupe(['failed', '--all'])).stdout, /\n +2 +triage/)
})

anew('rerun lists first, then begins each anew once', async () => {
  const project = await createProject(['bad', 'bad', 'tea'])
  const dry = await project.troupe(['rerun', '--fault', 'bad_topic', '--dry-run', '--json'])
  assert.equal(
    JSON.parse(dry.stdout).map(({ run }: { run: string }) => run),
    [project.ids[1], project.ids[0]],
  )
  assert.is((await listRuns(project)).length, 3)
  const one = await project.troupe(['rerun', '--limit', '1'])
  assert.match(one.stderr, '1 run will be rerun')
  assert.is(one.exitCode, 1, 'it fails again')
  const submitted = await project.troupe(['rerun', '--submit', '--json'])
  assert.equal(
    JSON.parse(submitted.stdout).map(({ of, status }: { of: string; status: string }) => [
      of === project.ids[0],
      status,
    ]),
    [
      [false, 'queued'],
      [true, 'queued'],
    ],
  )
  const none = await project.troupe(['rerun'])
  assert.match(none.stderr, 'nothing to rerun')
  assert.is((await listRuns(project)).length, 6)
})

anew.run()

const diffs = suite('troupe diff')

diffs('tells where two runs part, and what each step gave out', async () => {
  const project = await createProject(['tea', 'milk'])
  const [one = '', other = ''] = project.ids
  const text = await project.troupe(['diff', one, other])
  assert.match(text.stdout, 'they differ from classify (0 steps before it have the same outcome)')
  assert.match(text.stdout, '~ topic: "tea" → "milk"')
  assert.match(text.stdout, '~ text: "kind of tea" → "kind of milk"')
  const json = JSON.parse((await project.troupe(['diff', one, other, '--json'])).stdout)
  assert.equal(json.parts_at, { step: 'classify', visit: 1 })
  assert.equal(json.output, [{ path: '', kind: 'changed', from: 'review: kind of tea', to: 'review: kind of milk' }])
  assert.is(json.steps[0].sides[0].usage.input_tokens, 3)
})

diffs('runs that came to the same do not part', async () => {
  const project = await createProject(['tea', 'tea'])
  const [one = '', other = ''] = project.ids
  assert.match((await project.troupe(['diff', one, other])).stdout, 'all steps have the same outcome')
})

diffs.run()

const moments = suite('troupe trace --at')

moments('shows what was known, open and waited for behind a row', async () => {
  const project = await createProject(['tea'])
  const text = await project.troupe(['trace', 'last', '--at', '1'])
  assert.match(text.stdout, /^triage {2}running after row 1 of 3 /)
  assert.match(text.stdout, 'performs classify with')
  const [then, last, early, none, noDay, noOffset] = await Promise.all([
    project.troupe(['trace', 'last', '--at', '2', '--json']),
    project.troupe(['trace', 'last', '--at', 'last', '--json']),
    project.troupe(['trace', 'last', '--at', '2001-01-01T00:00:00Z']),
    project.troupe(['trace', 'last', '--at', '99']),
    project.troupe(['trace', 'last', '--at', '2026-02-30T00:00:00Z']),
    project.troupe(['trace', 'last', '--at', '2026-01-31T08:00:00']),
  ])
  const state = JSON.parse(then.stdout)
  assert.equal(
    state.steps.map(({ step, status }: { step: string; status: string }) => `${step} ${status}`),
    ['classify completed', 'check skipped', 'review running'],
  )
  assert.is(state.open.effects[0].step, 'review')
  assert.is(JSON.parse(last.stdout).status, 'completed')
  assert.match(early.stderr, 'the run had not started by then')
  assert.match(none.stderr, 'expected 1 to 3, got 99')
  assert.match(noDay.stderr, 'expected the number of a row, last, or an RFC 3339 time such as 2026-01-31T08:00:00Z')
  assert.match(noDay.stderr, 'hint: there is no day 2026-02-30')
  assert.match(noOffset.stderr, 'hint: write the offset: 2026-01-31T08:00:00Z for UTC')
})

moments.run()
