import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CliProject, createCliProject, FAILING, HELLO, slow } from '../../support/cli-project.ts'

const test = suite('troupe db')

const FILES = { 'hello.yaml': HELLO, 'failing.yaml': FAILING, 'slow.yaml': slow('60s') }

const createProject = async (runs = 2): Promise<CliProject> => {
  const project = createCliProject(FILES)
  for (let run = 0; run < runs; run++) await project.troupe(['run', 'hello.yaml', '-i', 'name=Ada', '-q'])
  return project
}

const json = async (project: CliProject, ...args: string[]) => {
  const { stdout, exitCode, stderr } = await project.troupe(['db', ...args, '--json'])
  assert.is(exitCode, 0, stderr)
  return JSON.parse(stdout)
}

test('stats counts runs, rows and bytes', async () => {
  const project = await createProject()
  await project.troupe(['run', 'failing.yaml', '-q'])
  const stats = await json(project, 'stats')
  assert.equal(stats.runs, [
    { status: 'completed', phase: null, count: 2 },
    { status: 'failed', phase: null, count: 1 },
  ])
  assert.is(stats.rows.run, 3)
  assert.ok(stats.file_bytes > 4_096 && stats.largest[0].bytes > 0)
  const { stdout } = await project.troupe(['db', 'stats'])
  assert.match(stdout, /completed +2\n/)
  assert.match(stdout, /journal +\d/)
})

test('a backup of a database in use is restored once no process holds a run, and the holder is named', async () => {
  const project = await createProject(1)
  const running = project.start(['run', 'slow.yaml', '--json'])
  await until(async () => (await json(project, 'stats')).runs.length === 2)
  const { bytes } = await json(project, 'backup', 'copy.db')
  assert.ok(bytes > 4_096)
  const again = await project.troupe(['db', 'backup', 'copy.db'])
  assert.is(again.exitCode, 3)
  assert.match(again.stderr, /exists already[\s\S]*--force/)
  assert.is((await project.troupe(['db', 'backup', '--force', 'copy.db'])).exitCode, 0)
  const held = await project.troupe(['db', 'restore', '--force', 'copy.db'])
  assert.is(held.exitCode, 3)
  assert.match(held.stderr, new RegExp(`of workflow 'slow' is held by process ${running.pid}`))
  running.kill('SIGKILL')
  await running.done
  assert.match((await project.troupe(['db', 'restore', 'copy.db'])).stderr, /exists already[\s\S]*--force/)
  const restored = await json(project, 'restore', 'copy.db', '--force')
  assert.equal([restored.runs, restored.going, restored.set_aside], [2, 1, null])
  const runs = JSON.parse((await project.troupe(['runs', '--json'])).stdout)
  assert.equal(runs.map(({ status }: { status: string }) => status).sort(), ['completed', 'interrupted'])
})

test('runs that are exported and imported twice count once', async () => {
  const project = await createProject(3)
  const { runs } = await json(project, 'export', '--all', 'all.jsonl')
  assert.is(runs, 3)
  assert.is((await project.troupe(['db', 'export', 'last', 'all.jsonl'])).exitCode, 3)
  const other = ['--db', 'other.db', 'db', 'import', 'all.jsonl']
  assert.match((await project.troupe(other)).stdout, '3 runs imported, 0 existed already')
  assert.match((await project.troupe(other)).stdout, '0 runs imported, 3 existed already')
  const { stdout } = await project.troupe(['--db', 'other.db', 'runs', '--json'])
  assert.is(JSON.parse(stdout).length, 3)
  const piped = await project.troupe(['db', 'export', 'last', '-'])
  assert.match(piped.stderr, '1 run, ')
  assert.match(
    (await project.troupe(['--db', 'third.db', 'db', 'import', '-'], { input: piped.stdout })).stdout,
    '1 run imported',
  )
})

test('an export to the terminal shows controls of foreign texts as escapes, and is the same JSON', async () => {
  const project = createCliProject(FILES)
  const name = 'A\u009b31m\u202eda'
  await project.troupe(['run', 'hello.yaml', '-i', `name=${name}`, '-q'])
  const { stdout } = await project.troupe(['db', 'export', 'last', '-'])
  assert.not.match(stdout, /[\u0080-\u009f\u202e]/)
  assert.match(stdout, 'A\\u009b31m\\u202eda')
  const imported = await project.troupe(['--db', 'other.db', 'db', 'import', '-'], { input: stdout })
  assert.match(imported.stdout, '1 run imported')
  assert.match((await project.troupe(['--db', 'other.db', 'trace', 'last', '--json'])).stdout, 'A\\u009b31m\\u202eda')
})

test('an export names its runs or takes all of them, and what is no export says where', async () => {
  const project = await createProject(1)
  for (const args of [
    ['export', 'a.jsonl'],
    ['export', '--all', 'last', 'a.jsonl'],
    ['export', 'r-none', 'a.jsonl'],
  ])
    assert.is((await project.troupe(['db', ...args])).exitCode, 2, args.join(' '))
  assert.not(existsSync(project.resolve('a.jsonl')))
  await project.troupe(['db', 'export', 'last', 'a.jsonl'])
  project.write('b.jsonl', `${project.read('a.jsonl')}{"troupe":{"bundle":9}}\n`)
  const bad = await project.troupe(['db', 'import', 'b.jsonl'])
  assert.is(bad.exitCode, 3)
  assert.match(bad.stderr, /b\.jsonl, the run that begins at line \d+: line 1 of the exported run/)
})

test('check says what is wrong, what to do, and exits with 1', async () => {
  const project = await createProject(1)
  assert.is((await project.troupe(['db', 'check'])).exitCode, 0)
  const database = new Database(project.resolve('.troupe/troupe.db'))
  database.exec('delete from journal where key % 16777216 = 1')
  database.close()
  const { stdout, exitCode } = await project.troupe(['db', 'check'])
  assert.is(exitCode, 1)
  assert.match(stdout, /^journal: .*\n(.*\n)* +hint: .*troupe db restore FILE/)
  const told = JSON.parse((await project.troupe(['db', 'check', '--json'])).stdout)
  assert.equal([told.ok, told.problems[0].kind], [false, 'journal'])
})

test('sweep goes by the config and by what a workflow says for itself, after a dry run', async () => {
  const project = await createProject(2)
  await project.troupe(['run', 'failing.yaml', '-q'])
  project.write('kept.yaml', FAILING.replace('workflow: failing', 'workflow: kept\nretention: { failed: 1d }'))
  await project.troupe(['run', 'kept.yaml', '-q'])
  assert.is((await json(project, 'sweep', '--dry-run')).runs, 0)
  project.write('troupe.config.yaml', 'retention: { completed: 0s, failed: 0s }\n')
  const dry = await json(project, 'sweep', '--dry-run')
  assert.equal([dry.dry_run, dry.runs, dry.freed_bytes], [true, 3, 0])
  const swept = await json(project, 'sweep')
  assert.equal([swept.runs, swept.rows], [dry.runs, dry.rows])
  const left = JSON.parse((await project.troupe(['runs', '--json'])).stdout)
  assert.equal(
    left.map(({ workflow }: { workflow: string }) => workflow),
    ['kept'],
  )
  assert.is((await json(project, 'vacuum')).file_bytes > 0, true)
})

test('there must be a database, in a file', async () => {
  const project = createCliProject(FILES)
  for (const args of [['stats'], ['backup', 'a.db'], ['--db', 'memory:', 'check']]) {
    const [first = '', ...rest] = args
    const { exitCode, stderr } = await project.troupe(
      first === '--db' ? [first, rest[0] ?? '', 'db', 'check'] : ['db', ...args],
    )
    assert.is(exitCode, 3)
    assert.match(stderr, /there is no database|the database is memory/)
  }
  assert.is((await project.troupe(['db', 'restore', 'none.db'])).exitCode, 3)
})

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it did not come about')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test.run()
