import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isJsonObject, type JsonObject } from '../../src/core/json.ts'
import { type CliProject, createCliProject } from '../support/cli-project.ts'

const FILES = {
  'hello.yaml': `workflow: hello
input: { name: string }
steps:
  - { id: greet, llm: mock/echo, prompt: "Good day \${input.name}" }
output: { text: steps.greet.output.text }
`,
  'broken.yaml': `workflow: broken
steps:
  - { id: call, tool: files.read, with: { path: nowhere.txt } }
`,
}

const withFiles = async (files: Record<string, string>, act: (project: CliProject) => Promise<void>): Promise<void> => {
  const project = createCliProject(files)
  await act(project).finally(() => project.remove())
}

interface Served {
  stdout: string
  stderr: string
}

/** Starts a server, runs both workflows on it, asks for a path that is not there, and stops it. */
const serve = async (project: CliProject, args: readonly string[]): Promise<Served> => {
  const server = project.start(['serve', '--listen', ':0', ...args])
  await server.waitFor(/http:\/\/127\.0\.0\.1:\d+/)
  const { stdout, stderr } = server.output()
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(stdout + stderr) ?? []
  const submit = (source: string, input: JsonObject): Promise<Response> =>
    fetch(`${url}/api/v1/runs?wait=30s`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ source, input }),
    })
  await submit(FILES['hello.yaml'], { name: 'Ada Lovelace' })
  await submit(FILES['broken.yaml'], {})
  await fetch(`${url}/private/place?token=troupe_secret`)
  server.kill('SIGTERM')
  const ended = await server.done
  assert.is(ended.exitCode, 0, ended.stderr)
  return ended
}

const toLines = (text: string): JsonObject[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const json: unknown = JSON.parse(line)
      assert.ok(isJsonObject(json), line)
      return json
    })

const typesOf = (lines: readonly JsonObject[]): string[] => [
  ...new Set(lines.map(({ level, type }) => `${level} ${type}`)),
]

const serving = (args: readonly string[], judge: (served: Served) => void): Promise<void> =>
  withFiles({}, async (project) => judge(await serve(project, args)))

const test = suite('the log of a server')

test('where standard error is no terminal, the log is JSON lines with a level, a time and a type', () =>
  serving([], ({ stdout, stderr }) => {
    assert.is(stdout, '')
    const lines = toLines(stderr)
    for (const { time } of lines) assert.match(String(time), /^\d{4}-.*Z$/)
    assert.equal(typesOf(lines), [
      'info server.started',
      'info run.taken',
      'info run.ended',
      'warn run.ended',
      'info server.stopped',
    ])
  }))

test('--json writes the log to standard output, its first line with the address', () =>
  serving(['--json'], ({ stdout, stderr }) => {
    assert.is(stderr, '')
    const [first] = toLines(stdout)
    assert.match(String(first?.url), /^http:/)
  }))

test('--log text writes text without a terminal too', () =>
  serving(['--log', 'text'], ({ stdout, stderr }) => {
    assert.is(stdout, '')
    assert.match(stderr, /serving \S+ as process \d+ at http:/)
    assert.match(stderr, /hello r-\S+ completed after/)
  }))

test('at debug each step and request is there, by run, path and route, and no content', () =>
  serving(['--log-level', 'debug'], ({ stderr }) => {
    const lines = toLines(stderr)
    const [greet, call] = lines.filter(({ type }) => type === 'step.ended')
    assert.equal(
      [greet?.level, greet?.path, greet?.visit, greet?.status, greet?.code],
      ['debug', 'greet', 1, 'completed', null],
    )
    assert.match(String(greet?.run), /^r-/)
    assert.equal([call?.workflow, call?.status, call?.code], ['broken', 'failed', 'not_found'])
    const answers = lines.filter(({ type }) => type === 'http.answered')
    assert.equal(
      answers.map(({ method, route, status }) => `${method} ${route} ${status}`),
      ['POST /api/v1/runs 200', 'POST /api/v1/runs 200', 'GET none 404'],
    )
    for (const content of ['Ada', 'Lovelace', 'Good day', 'private', 'troupe_secret']) assert.not.match(stderr, content)
  }))

test('--log-level warn leaves the start and the problems', () =>
  serving(['--log-level', 'warn'], ({ stderr }) =>
    assert.equal(typesOf(toLines(stderr)), ['info server.started', 'warn run.ended']),
  ))

const WRONG: [args: string[], message: RegExp][] = [
  [
    ['--log-level', 'debgu'],
    /--log-level 'debgu' is wrong: expected one of debug, info, warn, error\n.*did you mean 'debug'/,
  ],
  [['--log', 'xml'], /--log 'xml' is wrong: expected one of json, text/],
  [['--json', '--log', 'text'], /--json and --log text are given: expected one of them/],
]
for (const [args, message] of WRONG)
  test(`refused: serve ${args.join(' ')}`, () =>
    withFiles({}, async (project) => {
      const { exitCode, stderr } = await project.troupe(['serve', ...args])
      assert.is(exitCode, 2)
      assert.match(stderr, message)
    }))

test.run()
