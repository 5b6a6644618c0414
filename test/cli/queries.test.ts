/** The commands that look: runs, trace, validate, schema, doctor, help. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCliProject, FAILING, HELLO } from '../support/cli-project.ts'

const test = suite('queries')

const project = createCliProject({
  'hello.yaml': HELLO,
  'failing.yaml': FAILING,
  'wrong.yaml': HELLO.replace('input.name', 'input.nam').replace('steps.greet', 'steps.gret'),
})

test.before(async () => {
  await project.troupe(['run', 'hello.yaml', '-i', 'name=Ada'])
  await project.troupe(['run', 'failing.yaml'])
})

test('runs lists what ran, newest first, by status and workflow', async () => {
  const [table, failed, hello, none] = await Promise.all([
    project.troupe(['runs']),
    project.troupe(['runs', '--status', 'failed', '--json']),
    project.troupe(['runs', '--workflow', 'hello', '--limit', '1', '--json']),
    project.troupe(['runs', '--status', 'running']),
  ])
  const [title, first, second] = table.stdout.split('\n')
  assert.match(title ?? '', /^run +workflow +status +started +duration +tokens +cost$/)
  assert.match(first ?? '', /^r-\S+ +failing +failed: no_luck /)
  assert.match(second ?? '', /^r-\S+ +hello +completed .* 6 +\$0$/)
  const [run] = JSON.parse(failed.stdout)
  assert.is(run.workflow, 'failing')
  assert.is(run.held_by, null)
  assert.is(run.error.code, 'no_luck')
  assert.is(JSON.parse(hello.stdout).length, 1)
  assert.match(none.stderr, 'no runs')
})

test('runs --children lists child runs below the run that called them, each with its own waits', async () => {
  const family = createCliProject({
    'top.yaml': `workflow: top
steps:
  - id: each
    foreach: "[1, 2, 3]"
    concurrency: 1
    do: [{ id: call, workflow: middle.yaml, with: { n: "\${item}" } }]
`,
    'middle.yaml': `workflow: middle
input: { n: integer }
steps: [{ id: inner, workflow: leaf.yaml, when: input.n == 3 }]
`,
    'leaf.yaml': 'workflow: leaf\nsteps: [{ id: ask, approve: { title: Go? }, timeout: 1h }]',
  })
  const running = family.start(['run', 'top.yaml'])
  await running.waitFor('Go?')
  running.kill('SIGTERM')
  await running.done
  const [table, json, plain, cut] = await Promise.all([
    family.troupe(['runs', '--children']),
    family.troupe(['runs', '--children', '--json']),
    family.troupe(['runs', '--json']),
    family.troupe(['runs', '--children', '--limit', '1']),
  ])
  assert.equal(
    table.stdout
      .split('\n')
      .slice(1, 6)
      .map((line) => /^( *└?) ?[rc]-\S+ +(\w+) +(\w+(?: for anyone: Go\?)?)/.exec(line)?.slice(1)),
    [
      ['', 'top', 'waiting'],
      ['└', 'middle', 'waiting'],
      ['  └', 'leaf', 'waiting for anyone: Go?'],
      ['└', 'middle', 'completed'],
      ['└', 'middle', 'completed'],
    ],
    table.stdout,
  )
  const [top, middle, leaf, ...others] = JSON.parse(json.stdout)
  assert.equal([top.parent, middle.parent, leaf.parent, others[1].parent], [null, top.run, middle.run, top.run])
  assert.equal([top.waits_for, leaf.waits_for.length], [[], 1])
  const [alone, ...rest] = JSON.parse(plain.stdout)
  assert.equal([alone.parent, alone.waits_for.length, rest], [null, 1, []])
  assert.match(cut.stderr, `run ${top.run} has more child runs: --limit shows more of them`)
})

test('where nothing has run, runs says so and makes no database', async () => {
  const empty = createCliProject()
  const [text, json, named] = await Promise.all([
    empty.troupe(['runs']),
    empty.troupe(['runs', '--json']),
    empty.troupe(['--db', 'typo.db', 'runs']),
  ])
  assert.match(text.stderr, 'no runs yet in .troupe/troupe.db')
  assert.is(text.exitCode, 0)
  assert.equal(JSON.parse(json.stdout), [])
  assert.match(named.stderr, 'there is no database at typo.db')
  assert.is(named.exitCode, 3)
})

test('trace shows each attempt on a common axis, and the fault that ended the run', async () => {
  const { stdout } = await project.troupe(['runs', '--workflow', 'hello', '--json'])
  const [{ run }] = JSON.parse(stdout)
  const [hello, failing, json] = await Promise.all([
    project.troupe(['trace', run.slice(-6)]),
    project.troupe(['trace', 'last']),
    project.troupe(['trace', run, '--json']),
  ])
  assert.match(hello.stdout, /^hello {2}completed after .* · 3 → 3 tokens · \$0\n/)
  assert.match(hello.stdout, /\n✓ greet .*━+.*3→3 tok/)
  assert.match(failing.stdout, 'step give_up: no_luck: it was not to be')
  const trace = JSON.parse(json.stdout)
  assert.equal(trace.input, { name: 'Ada' })
  assert.equal(
    trace.journal.map(({ kind }: { kind: string }) => kind),
    ['created', 'outcome'],
  )
})

test('validate reports every finding of every file, and ends with a count', async () => {
  const { stdout, stderr, exitCode } = await project.troupe(['validate', 'hello.yaml', 'wrong.yaml', 'nope.yaml'])
  assert.match(stdout, /wrong\.yaml:7:\d+: error\[\w+\]: .*nam/)
  assert.match(stdout, /wrong\.yaml:8:\d+: error\[\w+\]: .*gret/)
  assert.match(stdout, '✗ 2 errors in 3 files; 1 file could not be read\n')
  assert.match(stderr, "'nope.yaml' does not exist")
  assert.is(exitCode, 2)
})

test('validate --json gives what an editor needs', async () => {
  const [wrong, right, piped] = await Promise.all([
    project.troupe(['validate', 'wrong.yaml', '--json']),
    project.troupe(['validate', 'hello.yaml', '--json']),
    project.troupe(['validate', '-'], { input: HELLO }),
  ])
  const { ok, diagnostics } = JSON.parse(wrong.stdout)
  assert.is(ok, false)
  assert.equal(Object.keys(diagnostics[0]), [
    'code',
    'severity',
    'file',
    'line',
    'column',
    'end_line',
    'end_column',
    'message',
    'hint',
    'fix',
  ])
  assert.equal(JSON.parse(right.stdout), { ok: true, diagnostics: [] })
  assert.is(right.exitCode, 0)
  assert.match(piped.stdout, '✓ no errors')
})

test('what a later release brings is a warning for validate and an error for run', async () => {
  project.write('later.yaml', `${HELLO}triggers:\n  - nats: somewhere\n    input: { name: event.data }\n`)
  const [validated, run] = await Promise.all([
    project.troupe(['validate', 'later.yaml']),
    project.troupe(['run', 'later.yaml', '-i', 'name=Ada']),
  ])
  assert.match(validated.stdout, /warning\[not_available_yet\].*\n[\s\S]*✓ no errors, 1 warning\n$/)
  assert.is(validated.exitCode, 0)
  assert.match(run.stderr, 'error[not_available_yet]')
  assert.is(run.exitCode, 2)
})

test('schema prints the JSON Schema of the language', async () => {
  const { stdout, exitCode } = await project.troupe(['schema'])
  const schema = JSON.parse(stdout)
  assert.is(schema.title, 'Troupe workflow')
  assert.ok('steps' in schema.properties)
  assert.is(exitCode, 0)
})

test('doctor finds nothing missing where runs work', async () => {
  const { stdout, exitCode } = await project.troupe(['doctor'])
  assert.match(stdout, /✓ node +24\./)
  assert.match(stdout, /✓ database +\.troupe\/troupe\.db, .*writable/)
  assert.match(stdout, /✓ integrity/)
  assert.is(exitCode, 0)
})

test('doctor names each thing that is missing, and how to get it', async () => {
  const broken = createCliProject({
    'troupe.config.yaml':
      'db: text.db\nenv: [REGION]\nsecrets: { API_KEY: env, TOKEN: { file: token.txt } }\nfiles: { roots: [data] }\n',
    'text.db': 'no database at all'.repeat(100),
  })
  const { stdout, exitCode } = await broken.troupe(['doctor', '--json'], {
    env: { REGION: undefined, API_KEY: undefined },
  })
  const { ok, checks } = JSON.parse(stdout)
  assert.is(ok, false)
  const missing = checks.filter((check: { ok: boolean }) => !check.ok)
  assert.equal(
    missing.map(({ name }: { name: string }) => name),
    ['database', 'secret', 'secret', 'variable', 'folder'],
  )
  assert.ok(missing.every(({ fix }: { fix: string | null }) => fix !== null))
  assert.is(exitCode, 3)
})

test('every command has help with examples', async () => {
  const { stdout } = await project.troupe(['--help'])
  const names = [...stdout.matchAll(/^ {2}(\w[\w-]*) .*/gm)].map(([, name = '']) => name)
  const commands = [...new Set(names)].filter((name) => !['help', 'troupe'].includes(name))
  assert.ok(commands.length >= 8, `expected at least 8 commands, got ${commands.join(', ')}`)
  const helps = await Promise.all(commands.map((name) => project.troupe([name, '--help'])))
  for (const [index, { stdout: help, exitCode }] of helps.entries()) {
    assert.match(help, /Examples:\n {2}\S/, commands[index])
    assert.is(exitCode, 0)
  }
})

test.run()
