/** Each bad input is answered in one place, with what was found, what was expected and what to do, and never with a stack. */
import { chmodSync } from 'node:fs'
import Database from 'better-sqlite3'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CLI_SOURCE, runProcess } from '../support/child-process.ts'
import { type CliProject, createCliProject, HELLO } from '../support/cli-project.ts'
import { startHttpServer, type TestServer } from '../support/http-server.ts'

const test = suite('bad input')

const project = createCliProject({ 'hello.yaml': HELLO, 'folder/inner.yaml': HELLO })

interface Case {
  name: string
  prepare?(folder: CliProject): void
  args: string[]
  says: (string | RegExp)[]
  exitCode: number
}

const RUN = ['run', 'hello.yaml', '-i', 'name=Ada']

const aliasBomb = (): string =>
  [
    'a0: &a0 [x, x, x, x, x, x, x, x, x]',
    ...[1, 2, 3, 4, 5, 6, 7, 8].map(
      (level) =>
        `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
    ),
  ].join('\n')

const CASES: Case[] = [
  {
    name: 'an empty file',
    prepare: (folder) => folder.write('empty.yaml', ''),
    args: ['run', 'empty.yaml'],
    says: ['empty.yaml:1:1: error[empty_file]', 'hint: '],
    exitCode: 2,
  },
  {
    name: 'UTF-16',
    prepare: (folder) => folder.write('utf16.yaml', Buffer.from('\ufeffworkflow: x\n', 'utf16le')),
    args: ['run', 'utf16.yaml'],
    says: ['error[not_utf8]', 'UTF-16', 'save the file as UTF-8'],
    exitCode: 2,
  },
  {
    name: 'Latin-1',
    prepare: (folder) => folder.write('latin.yaml', Buffer.from('workflow: caf\xe9\n', 'latin1')),
    args: ['run', 'latin.yaml'],
    says: ['latin.yaml:1:14: error[not_utf8]', '0xe9'],
    exitCode: 2,
  },
  {
    name: '100,000 brackets',
    prepare: (folder) => folder.write('deep.yaml', '['.repeat(100_000)),
    args: ['run', 'deep.yaml'],
    says: ['error[source_too_large]', 'at most 64 levels'],
    exitCode: 2,
  },
  {
    name: 'an alias bomb',
    prepare: (folder) => folder.write('bomb.yaml', aliasBomb()),
    args: ['run', 'bomb.yaml'],
    says: ['error[source_too_large]', 'aliases'],
    exitCode: 2,
  },
  {
    name: 'a folder instead of a file',
    args: ['run', 'folder'],
    says: ["'folder' is a folder: expected a file", "such as 'folder/inner.yaml'"],
    exitCode: 2,
  },
  {
    name: 'a file that is not there',
    args: ['run', 'helo.yaml'],
    says: ["'helo.yaml' does not exist", "did you mean 'hello.yaml'?"],
    exitCode: 2,
  },
  {
    name: 'a database that is none',
    prepare: (folder) => folder.write('text.db', 'not a database\n'.repeat(100)),
    args: ['--db', 'text.db', ...RUN],
    says: ["database 'text.db' is not a SQLite database", '--db'],
    exitCode: 3,
  },
  {
    name: 'a database in a place that can not be',
    prepare: (folder) => folder.write('file', ''),
    args: ['--db', 'file/troupe.db', ...RUN],
    says: [/folder '.*file' can't be created: /, 'name a place where this user may write'],
    exitCode: 3,
  },
  {
    name: 'a folder as database',
    args: ['--db', 'folder', ...RUN],
    says: [/database '.*folder' is a folder: expected a file/, 'name a file in it'],
    exitCode: 3,
  },
  {
    name: 'a Postgres server that does not answer',
    args: ['--db', 'postgres://me:secret@127.0.0.1:1/db', ...RUN],
    says: ['postgres://me@127.0.0.1:1/db', "can't be reached"],
    exitCode: 3,
  },
  {
    name: 'an input that is no JSON',
    args: ['run', 'hello.yaml', '-i', '{name: Ada}'],
    says: ['--input "{name: Ada}" is no JSON', 'expected'],
    exitCode: 2,
  },
  {
    name: 'a number too large for JSON',
    args: ['run', 'hello.yaml', '-i', '{"name": "Ada", "age": 1e400}'],
    says: ['is no JSON: a number in it is too large'],
    exitCode: 2,
  },
  {
    name: 'a whole number that would lose digits',
    args: ['run', 'hello.yaml', '-i', '{"name": "Ada", "age": 9007199254740993}'],
    says: ["'/age' is the number 9007199254740993, which would lose digits"],
    exitCode: 2,
  },
  {
    name: 'an input that is no object',
    args: ['run', 'hello.yaml', '-i', '[1]'],
    says: ['expected an object, got [1]'],
    exitCode: 2,
  },
  {
    name: 'an input file that is not there',
    args: ['run', 'hello.yaml', '-i', '@hello.json'],
    says: ["'hello.json' does not exist", "did you mean 'hello.yaml'?"],
    exitCode: 2,
  },
  {
    name: 'an input file of YAML whose text is read as a number',
    prepare: (folder) => folder.write('release.yaml', 'name: 3.10\nage: 010\n'),
    args: ['run', 'hello.yaml', '-i', '@release.yaml'],
    says: [
      "release.yaml:1:7: warning[misread_value]: 'name' is written 3.10 and read as 3.1",
      'hint: quote it: "3.10"',
      "release.yaml:2:6: warning[misread_value]: 'age' is written 010 and read as 10",
      "'/name' must be string, got 3.1",
    ],
    exitCode: 2,
  },
  {
    name: 'an input of the wrong type',
    args: ['run', 'hello.yaml', '-i', 'name=Ada', '-i', 'age=old'],
    says: ["'/age'", 'integer', '"old"', 'it takes name: string'],
    exitCode: 2,
  },
  {
    name: 'an input with an unknown field',
    args: ['run', 'hello.yaml', '-i', 'name=Ada', '-i', 'agee=3'],
    says: ["'/agee'", "did you mean 'age'?"],
    exitCode: 2,
  },
  {
    name: 'an input with a field missing',
    args: ['run', 'hello.yaml'],
    says: ["'name'", '--input name=…'],
    exitCode: 2,
  },
  {
    name: 'an input for a workflow that takes none',
    prepare: (folder) => folder.write('none.yaml', 'workflow: none\nsteps:\n  - id: a\n    set: { b: 1 }\n'),
    args: ['run', 'none.yaml', '-i', 'name=Ada'],
    says: ["workflow 'none' takes no input"],
    exitCode: 2,
  },
  {
    name: 'a model alias that is not there',
    args: [...RUN, '-m', 'defalt=mock/echo'],
    says: ["'defalt' is no alias", "did you mean 'default'?"],
    exitCode: 2,
  },
  {
    name: 'a model that is none',
    args: [...RUN, '-m', 'default'],
    says: ['expected alias=provider/name'],
    exitCode: 2,
  },
  {
    name: 'an unknown command',
    args: ['rnu', 'x'],
    says: ["unknown command 'rnu'", "did you mean 'run'?"],
    exitCode: 2,
  },
  {
    name: 'a workflow as command',
    args: ['hello.yaml'],
    says: ["unknown command 'hello.yaml'", 'troupe run hello.yaml'],
    exitCode: 2,
  },
  { name: 'an unknown option', args: [...RUN, '--jsno'], says: ["'--jsno'", "did you mean '--json'?"], exitCode: 2 },
  { name: 'a missing argument', args: ['run'], says: ["missing required argument 'file'"], exitCode: 2 },
  { name: 'no arguments', args: [], says: ['Usage: troupe'], exitCode: 2 },
  {
    name: 'a status that is none',
    args: ['runs', '--status', 'complete'],
    says: ["--status 'complete' is wrong", "did you mean 'completed'?"],
    exitCode: 2,
  },
  {
    name: 'a config with errors',
    prepare: (folder) => folder.write('configured/troupe.config.yaml', 'dbb: x\n'),
    args: ['--config', 'configured/troupe.config.yaml', ...RUN],
    says: ['troupe.config.yaml:1:1: error[unknown_key]', "did you mean 'db'?"],
    exitCode: 2,
  },
  {
    name: 'a config that is not there',
    args: ['--config', 'nope.yaml', ...RUN],
    says: ["config 'nope.yaml' does not exist"],
    exitCode: 2,
  },
]

for (const { name, prepare, args, says, exitCode } of CASES) {
  test(`${name} is answered with exit code ${exitCode}`, async () => {
    prepare?.(project)
    const result = await project.troupe(args)
    for (const text of says)
      assert.ok(
        typeof text === 'string' ? result.stderr.includes(text) : text.test(result.stderr),
        `expected ${text} in:\n${result.stderr}`,
      )
    assert.is(result.exitCode, exitCode)
    assert.is(result.stdout, '')
    assert.not.match(result.stderr, STACK)
  })
}

const STACK = /\n\s+at .*:\d+:\d+/

test('a database of a newer release, and a damaged one, are left as they are', async () => {
  await project.troupe(['--db', 'newer.db', ...RUN])
  const database = new Database(project.resolve('newer.db'))
  database.pragma('user_version = 9999')
  database.close()
  const newer = await project.troupe(['--db', 'newer.db', ...RUN])
  assert.match(newer.stderr, /database '.*newer\.db' has schema 9999: expected at most \d+/)
  assert.match(newer.stderr, 'update')
  assert.is(newer.exitCode, 3)

  await project.troupe(['--db', 'damaged.db', ...RUN])
  project.write('damaged.db', Buffer.alloc(20_000, 'SQLite format 3\0and then something else'))
  const damaged = await project.troupe(['--db', 'damaged.db', ...RUN])
  assert.match(damaged.stderr, /database '.*damaged\.db' /)
  assert.not.match(damaged.stderr, STACK)
  assert.is(damaged.exitCode, 3)
})

test('a database that this user may not write to is said to be so', async () => {
  if (process.getuid?.() === 0) return // root may write to everything
  await project.troupe(['--db', 'readonly.db', ...RUN])
  chmodSync(project.resolve('readonly.db'), 0o400)
  const { stderr, exitCode } = await project.troupe(['--db', 'readonly.db', ...RUN])
  assert.match(stderr, "'readonly.db'")
  assert.is(exitCode, 3)
})

test('output that can not be written is an error of the environment; progress that can not be is none', async () => {
  const to = (redirection: string) =>
    runProcess(
      ['sh', '-c', `exec "$@" ${redirection}`, 'sh', process.execPath, CLI_SOURCE, ...RUN, '--db', 'full.db'],
      { cwd: project.path },
    )
  const lost = await to('> /dev/full')
  assert.match(lost.stderr, "troupe: the output can't be written: ")
  assert.not.match(lost.stderr, STACK)
  assert.is(lost.exitCode, 3)
  const silent = await to('2> /dev/full')
  assert.match(silent.stdout, 'Hello Ada')
  assert.is(silent.exitCode, 0)
})

test('--debug shows where an error came from', async () => {
  const { stderr } = await project.troupe(['run', 'helo.yaml', '--debug'])
  assert.match(stderr, STACK)
})

let server: TestServer

test.before(async () => {
  server = await startHttpServer(({ url }, response) => {
    if (url === '/slow') return // answers never
    response.writeHead(404).end('nothing here')
  })
})

test.after(() => server.stop())

const FAULTS: { name: string; step: () => string; code: string; says: string }[] = [
  {
    name: 'a file that a tool does not find',
    step: () => 'tool: files.read\n    with: { path: missing.txt }',
    code: 'not_found',
    says: 'missing.txt',
  },
  {
    name: 'a 404',
    step: () => `tool: http.get\n    with: { url: "${server.url}/nothing" }`,
    code: 'not_found',
    says: '404',
  },
  {
    name: 'a timeout',
    step: () => `tool: http.get\n    with: { url: "${server.url}/slow" }\n    timeout: 100ms\n    retry: { max: 1 }`,
    code: 'timeout',
    says: 'timeout of',
  },
  {
    name: 'an expression that fails',
    step: () => 'set: { value: "1 / (size(run.id) - size(run.id))" }',
    code: 'expression_failed',
    says: 'zero',
  },
  {
    name: 'a regular expression that would explode elsewhere',
    step: () => `set: { value: "'${'a'.repeat(40)}!'.matches('^(a+)+$') ? 1 : [1][5]" }`,
    code: 'expression_failed',
    says: 'index',
  },
]

for (const { name, step, code, says } of FAULTS) {
  test(`${name} ends the run as failed with '${code}'`, async () => {
    const file = `${code}-${says.replaceAll(/\W/g, '')}.yaml`
    project.write(file, `workflow: w\nsteps:\n  - id: culprit\n    ${step()}\n`)
    const config = project.write('local/troupe.config.yaml', `http: { allow: ["127.0.0.1:${server.port}"] }\n`)
    const { stderr, stdout, exitCode } = await project.troupe(['--config', config, 'run', file])
    assert.match(stderr, `step culprit: ${code}: `)
    assert.match(stderr, says)
    assert.match(stderr, 'troupe trace r-')
    assert.not.match(stderr, STACK)
    assert.is(stdout, '')
    assert.is(exitCode, 1)
  })
}

test.run()
