/** People who answer what runs ask, from other processes than the one that runs. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startAsking } from '../support/asking-run.ts'
import { type CliProject, createCliProject } from '../support/cli-project.ts'

const ask = (timeout = '1h'): string => `workflow: ask
input: { what: { type: string, default: letter } }
steps:
  - id: ask
    approve: { title: "Send the \${input.what}?", show: "'a ' + input.what", by: [ann, bob], form: { amount: integer, note?: string } }
    timeout: ${timeout}
    on_error: { timeout: late }
  - { id: done, set: { by: steps.ask.output.by, amount: steps.ask.output.values.amount }, next: end }
  - { id: late, set: { by: "'none'" } }
output: "steps.?done.?output.orValue({'by': 'none'})"
`

const NESTED = `workflow: nested
steps:
  - id: both
    parallel:
      here:
        - id: each
          foreach: "[1, 2]"
          do:
            - { id: below, workflow: child.yaml, with: { number: "\${item}" } }
      there:
        - { id: other, set: { done: "true" } }
output: steps.each.output
`

const CHILD = `workflow: child
input: { number: integer }
steps:
  - { id: ask, approve: { title: "Take \${input.number}?" }, timeout: 1h, on_error: { rejected: no } }
  - { id: yes, set: { answer: "'yes'" }, next: end }
  - { id: no, set: { answer: "'no'" } }
output: "steps.?yes.?output.?answer.orValue('no')"
`

const test = suite('troupe approvals')

const createProject = (): CliProject =>
  createCliProject({ 'ask.yaml': ask(), 'nested.yaml': NESTED, 'child.yaml': CHILD })

interface Asked {
  id: string
  run: string
  path: string
  title: string
}

const list = async (project: CliProject): Promise<Asked[]> =>
  JSON.parse((await project.troupe(['approvals', 'list', '--json'])).stdout)

test('run says what is asked and how to decide it; another process decides, and it goes on', async () => {
  const project = createProject()
  const { running, id } = await startAsking(project, 'ask.yaml')
  assert.match(running.output().stderr, 'ask: waits for ann or bob: Send the letter? (')
  const decided = await project.troupe(['approvals', 'approve', id, '--values', 'amount=3', '--by', 'ann'])
  assert.is(decided.exitCode, 0, decided.stderr)
  assert.match(decided.stderr, '✓ ann approved: Send the letter?')
  const { stdout, exitCode } = await running.done
  assert.equal(JSON.parse(stdout), { by: 'ann', amount: 3 })
  assert.is(exitCode, 0)
})

test('list and show say what a person needs to decide', async () => {
  const project = createProject()
  assert.match((await project.troupe(['approvals', 'list'])).stderr, /^(no runs|nothing is asked)/)
  const { running, id } = await startAsking(project, 'ask.yaml')
  const [table, shown, json, runs] = await Promise.all([
    project.troupe(['approvals', 'list']),
    project.troupe(['approvals', 'show', 'last']),
    project.troupe(['approvals', 'show', id.slice(0, 4), '--json']),
    project.troupe(['runs']),
  ])
  assert.match(table.stdout, /^id +title +decides +due +workflow +run +path\n/)
  assert.match(
    table.stdout,
    new RegExp(`\n${id} +Send the letter\\? +ann or bob +(?:5\\dm|1h) \\d\\d[sm] left +ask +r-\\S+ +ask\n`),
  )
  assert.match(shown.stdout, '\n  a letter\n')
  assert.match(shown.stdout, 'form      amount: integer, note?: string')
  assert.match(shown.stdout, `troupe approvals approve ${id} --values amount=…`)
  const approval = JSON.parse(json.stdout)
  assert.equal([approval.id, approval.path, approval.by, approval.tool], [id, 'ask', ['ann', 'bob'], null])
  assert.is(approval.show, 'a letter')
  assert.match(runs.stdout, 'waits for ann or bob: Send the letter?')
  running.kill('SIGKILL')
  await running.done
})

test('a wrong form, a wrong person and a wrong name are refused before anything is sent', async () => {
  const project = createProject()
  const { running, id } = await startAsking(project, 'ask.yaml')
  const approve = (...args: string[]) => project.troupe(['approvals', 'approve', ...args])
  const [form, person, name, nothing, values] = await Promise.all([
    approve(id, '--by', 'ann', '--values', 'amount=many'),
    approve(id, '--by', 'eve', '--values', 'amount=3'),
    approve('last', 'aks', '--by', 'ann', '--values', 'amount=3'),
    approve('ffffffff', '--by', 'ann'),
    approve(id, '--by', 'ann', '--values', '{'),
  ])
  assert.match(form.stderr, "does not fit the form: '/amount' must be integer")
  assert.match(person.stderr, "'eve' may not decide: expected 'ann' or 'bob'")
  assert.match(name.stderr, "did you mean 'ask'?")
  assert.match(nothing.stderr, "nothing is asked under 'ffffffff'")
  assert.match(values.stderr, '--values "{" is no JSON')
  assert.equal(
    [form, person, name, nothing, values].map(({ exitCode }) => exitCode),
    [2, 2, 2, 2, 2],
  )
  assert.is((await list(project)).length, 1)
  const rejected = await project.troupe(['approvals', 'reject', id, '--by', 'bob', '--comment', 'too long', '--json'])
  assert.equal(JSON.parse(rejected.stdout).counted, true)
  const { stderr, exitCode } = await running.done
  assert.match(stderr, "rejected: 'Send the letter?' was rejected by bob: too long")
  assert.is(exitCode, 1)
})

test('while no server runs the first decision counts, and the second is told who was faster', async () => {
  const project = createProject()
  const { running, id } = await startAsking(project, 'ask.yaml')
  running.kill('SIGTERM')
  await running.done
  const decide = (verdict: string, by: string, ...more: string[]) =>
    project.troupe(['approvals', verdict, id, '--by', by, ...more])
  const first = await decide('approve', 'ann', '--values', 'amount=7')
  assert.is(first.exitCode, 0, first.stderr)
  assert.match(first.stderr, 'the decision is kept')
  assert.equal(await list(project), [])
  const second = await decide('reject', 'bob')
  assert.is(second.exitCode, 1)
  assert.match(second.stderr, "the decision about 'Send the letter?' does not count: ann approved it before")
  const resumed = await project.troupe(['resume', 'last'])
  assert.equal(JSON.parse(resumed.stdout), { by: 'ann', amount: 7 })
})

test('by the short id alone a later decision is told who was faster, in every state of the run', async () => {
  const project = createProject()
  project.write('ask.yaml', ask().replace('set: { by', 'wait: { event: go } }\n  - { id: told, set: { by'))
  const { running, id } = await startAsking(project, 'ask.yaml')
  const approve = (...args: string[]) =>
    project.troupe(['approvals', 'approve', '--by', 'bob', '--values', 'amount=2', ...args])
  assert.is((await approve(id, '--by', 'ann')).exitCode, 0)
  const expectFaster = async (state: string, status: string): Promise<void> => {
    const [{ status: found }] = JSON.parse((await project.troupe(['runs', '--json'])).stdout)
    assert.is(found, status, state)
    const [told, json] = [await approve(id.slice(0, 6)), await approve(id, '--json')]
    const faster = new RegExp(`'${id}' \\('ask' of run 'r-\\S+'\\) is not open any more: ann approved it at \\d{4}-`)
    assert.match(told.stderr, faster, state)
    assert.match(JSON.parse(json.stdout).error.message, faster, state)
    assert.equal([told.exitCode, json.exitCode, JSON.parse(json.stdout).counted], [1, 1, false], state)
  }
  await running.waitFor('waits for the event go')
  await expectFaster('held by its process', 'running')
  running.kill('SIGTERM')
  await running.done
  await expectFaster('held by no process', 'waiting')
  await project.troupe(['cancel', 'last'])
  await expectFaster('ended', 'cancelled')
})

test('by its short id an approval that was closed without a decision says why', async () => {
  const project = createProject()
  const { running, id } = await startAsking(project, 'ask.yaml')
  running.kill('SIGTERM')
  await running.done
  await project.troupe(['cancel', 'last'])
  const late = await project.troupe(['approvals', 'reject', id, '--by', 'ann'])
  assert.match(late.stderr, 'is not open any more: its run is over: cancelled')
  assert.is(late.exitCode, 1)
})

test('of two decisions at once one counts, and the other is told who was faster', async () => {
  const project = createProject()
  const { running, id } = await startAsking(project, 'ask.yaml')
  const decisions = await Promise.all([
    project.troupe(['approvals', 'approve', id, '--by', 'ann', '--values', 'amount=1']),
    project.troupe(['approvals', 'approve', id, '--by', 'bob', '--values', 'amount=2']),
  ])
  const { stdout } = await running.done
  const { by } = JSON.parse(stdout)
  const [winner, loser] = by === 'ann' ? decisions : [...decisions].reverse()
  assert.is(winner?.exitCode, 0)
  // The later one finds the question open, a decision that is kept, or the question closed.
  assert.not.equal(loser?.exitCode, 0)
  assert.match(loser?.stderr ?? '', new RegExp(`${by} approved it (?:at|before)`))
  const trace = await project.troupe(['trace', 'last'])
  assert.match(trace.stdout, `✓ ask`)
  assert.match(trace.stdout, `approved by ${by}`)
})

test('without a decision its time is over, and who decides then is told so', async () => {
  const project = createProject()
  project.write('ask.yaml', ask('1s'))
  const { stdout } = await project.troupe(['run', 'ask.yaml'])
  assert.equal(JSON.parse(stdout), { by: 'none' })
  const late = await project.troupe(['approvals', 'approve', 'last', 'ask', '--by', 'ann', '--values', 'amount=1'])
  assert.match(late.stderr, 'its time was over at')
  assert.is(late.exitCode, 1)
})

test('a token decides once; a newer one and a decision make it void, and it says why', async () => {
  const project = createProject()
  const { running, id } = await startAsking(project, 'ask.yaml')
  const link = async (): Promise<string> => (await project.troupe(['approvals', 'link', id])).stdout.trim()
  const older = await link()
  const token = await link()
  const use = (text: string) =>
    project.troupe(['approvals', 'approve', '--token', text, '--by', 'ann', '--values', 'amount=5'])
  const replaced = await use(older)
  assert.match(replaced.stderr, 'the token does not count any more: a newer one was made')
  assert.is(replaced.exitCode, 1)
  const used = await use(token)
  assert.is(used.exitCode, 0, used.stderr)
  assert.equal(JSON.parse((await running.done).stdout), { by: 'ann', amount: 5 })
  const again = await use(token)
  assert.match(again.stderr, /the token does not count any more: ann approved it at/)
  assert.is(again.exitCode, 1)
  assert.match((await use('made-up')).stderr, 'the token is none')
  const [secret = '', named = ''] = token.split('.')
  const [run, path, visit] = JSON.parse(Buffer.from(named, 'base64url').toString())
  const question = Buffer.from(JSON.stringify([run, path, visit, 'f'.repeat(64)])).toString('base64url')
  const forged = await use(`${'A'.repeat(43)}.${question}`)
  assert.match(forged.stderr, 'the token does not count any more: nothing is asked any more')
  const { stdout } = await project.troupe(['trace', 'last', '--all', '--json'])
  const stored = project.dump()
  for (const text of [stdout, stored]) assert.not.match(text, secret)
})

test('a run without a holder keeps a decision until it continues', async () => {
  const project = createProject()
  const { running, id } = await startAsking(project, 'ask.yaml')
  running.kill('SIGTERM')
  await running.done
  const [run] = JSON.parse((await project.troupe(['runs', '--json'])).stdout)
  assert.is(run.status, 'waiting')
  assert.equal(
    run.waits_for.map(({ kind, title, id: asked }: Asked & { kind: string }) => [kind, title, asked]),
    [['approval', 'Send the letter?', id]],
  )
  const token = (await project.troupe(['approvals', 'link', id])).stdout.trim()
  const decided = await project.troupe([
    'approvals',
    'approve',
    '--token',
    token,
    '--by',
    'ann',
    '--values',
    'amount=4',
  ])
  assert.match(decided.stderr, `no process holds run ${run.run}: the decision is kept`)
  assert.is(decided.exitCode, 0)
  const other = await project.troupe(['approvals', 'reject', '--token', token, '--by', 'ann'])
  assert.match(other.stderr, "it was used before to decide about 'Send the letter?'")
  assert.is(other.exitCode, 1)
  assert.equal(JSON.parse((await project.troupe(['resume'])).stdout), { by: 'ann', amount: 4 })
})

test('what child runs in items of a branch ask is shown by the run, and decided one by one', async () => {
  const project = createProject()
  const { running } = await startAsking(project, 'nested.yaml')
  await running.waitFor('Take 2?')
  const asked = await list(project)
  assert.equal(asked.map(({ title }) => title).sort(), ['Take 1?', 'Take 2?'])
  const several = await project.troupe(['approvals', 'approve', 'last'])
  assert.match(several.stderr, 'asks several things: expected one of them')
  for (const { id, title } of asked) await project.troupe(['approvals', title === 'Take 1?' ? 'approve' : 'reject', id])
  assert.equal(JSON.parse((await running.done).stdout), ['yes', 'no'])
})

const CALLING = `workflow: calling
models: { default: mock/script }
tools: { save: { tool: files.write, with: { path: out.txt }, approval: always } }
steps:
  - id: agent
    llm: default
    tools: [save]
    prompt: go
    params: { script: [{ tool_calls: [{ name: save, arguments: { content: hello } }] }, done] }
output: steps.agent.output.text
`

test('a call that has to be approved is shown with its input, and made after the approval', async () => {
  const project = createCliProject({ 'calling.yaml': CALLING })
  const { running, id } = await startAsking(project, 'calling.yaml')
  const shown = await project.troupe(['approvals', 'show', id])
  assert.match(shown.stdout, 'Call save?')
  assert.match(shown.stdout, '"content": "hello"')
  assert.match(shown.stdout, 'tool      save')
  assert.not.ok(existsSync(join(project.path, 'out.txt')))
  await project.troupe(['approvals', 'approve', id])
  assert.equal(JSON.parse((await running.done).stdout), 'done')
  assert.is(readFileSync(join(project.path, 'out.txt'), 'utf8'), 'hello')
})

test.run()
