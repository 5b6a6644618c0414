/** Names in the output of `--json`: scripts read them, so that all commands write them alike. */
import type { Command } from 'commander'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toEventJson } from '../../src/cli/commands/serve/event-text.ts'
import { createProgram } from '../../src/cli/program.ts'
import type { JsonValue } from '../../src/core/json.ts'
import type { LogEvent } from '../../src/telemetry/log/log-event.ts'
import { createCliProject, FAILING, HELLO } from '../support/cli-project.ts'
import { readCliOutput } from '../support/in-process-cli.ts'

const test = suite('names in JSON')

const ASK = `workflow: ask
steps:
  - id: both
    parallel:
      a: [{ id: ask, approve: { title: Go?, by: [ann, bob], count: 2, form: { maxAmount: integer } }, timeout: 1h }]
      b: [{ id: paid, wait: { event: paid }, timeout: 1h }]
`

const WORK = `workflow: work
models: { default: mock/script }
tools: { note: { tool: files.write } }
steps:
  - { id: tell, emit: order.paid, with: { orderId: 1 } }
  - id: each
    foreach: "[1, 2]"
    do:
      - id: draft
        llm: default
        prompt: go
        params: { script: [{ fault: rate_limited }, { text: a }] }
        retry: { max: 3, backoff: 1ms..1ms }
  - { id: call, workflow: hello.yaml, with: { name: Ada } }
output: { lastDraft: "1" }
`

const REPORT = `workflow: report
input: { day: string }
triggers: [{ schedule: "@yearly", timezone: Europe/Berlin, missed: { all: 5 }, input: { day: event.at } }]
steps: [{ id: one, set: { day: input.day } }]
`

const NEWER = HELLO.replace('Hello', 'Good day')

/** Values under these names come from users: from inputs, outputs, forms and schemas of workflows. */
const OF_USERS = new Set([
  'input',
  'output',
  'data',
  'values',
  'form',
  'show',
  'details',
  'models',
  'env',
  'schema',
  'approved',
])

/** `schema` prints a JSON Schema, whose words are given. `serve` does not end: its notices are tested below. */
const NOT_CALLED = new Set(['schema', 'serve'])

const listNames = (value: JsonValue, place = ''): string[] => {
  if (Array.isArray(value)) return value.flatMap((item) => listNames(item, `${place}[]`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [
    `${place}.${name}`,
    ...(OF_USERS.has(name) ? [] : listNames(inner, `${place}.${name}`)),
  ])
}

const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/

const isSnakeCase = (place: string): boolean => SNAKE_CASE.test(place.replace(/^.*\./, ''))

const project = createCliProject({
  'hello.yaml': HELLO,
  'failing.yaml': FAILING,
  'ask.yaml': ASK,
  'work.yaml': WORK,
  'report.yaml': REPORT,
  'newer.yaml': NEWER,
  'wrong.yaml': HELLO.replace('input.name', 'input.nam'),
})

/** In this order: later commands need the runs of earlier ones. By their names, since a command may be called in several ways. */
const CALLS: [command: string, args: string[]][] = [
  ['init', ['made']],
  ['validate', ['hello.yaml', '--strict']],
  ['validate', ['wrong.yaml']],
  ['plan', ['work.yaml']],
  ['simulate', ['ask.yaml', '--paths']],
  ['explain', []],
  ['explain', ['rate_limited']],
  ['run', ['hello.yaml', '-i', 'name=Ada']],
  ['run', ['work.yaml']],
  ['run', ['wrong.yaml']],
  ['run', ['failing.yaml']],
  ['rerun', ['--dry-run']],
  ['failed', []],
  ['rerun', []],
  ['trace', ['last']],
  ['watch', ['last']],
  ['trace', ['last', '--at', 'last']],
  ['workflows apply', ['hello.yaml', 'report.yaml']],
  ['workflows apply', ['newer.yaml']],
  ['workflows list', []],
  ['workflows show', ['hello']],
  ['workflows diff', ['hello']],
  ['schedules list', []],
  ['schedules next', []],
  ['schedules pause', ['report']],
  ['schedules unpause', ['report']],
  ['schedules retry', ['report']],
  ['schedules dismiss', ['report']],
  ['submit', ['hello.yaml', '-i', 'name=Ada', '--key', 'k']],
  ['pause', ['last']],
  ['unpause', ['last']],
  ['resume', ['last']],
  ['resume', ['--all']],
  ['restart', ['last']],
  ['diff', ['last', 'last']],
  ['fork', ['last', '--dry-run', '--from', 'greet']],
  ['fork', ['last', '--from', 'greet']],
  ['approvals list', []],
  ['approvals show', ['@ask']],
  ['approvals link', ['@ask']],
  ['runs', ['--all', '--children']],
  ['trace', ['@run']],
  ['trace', ['@run', '--at', 'last']],
  ['approvals approve', ['@ask', '--by', 'ann', '--values', 'maxAmount=1']],
  ['approvals reject', ['@ask', '--by', 'eve']],
  ['signal', ['@run', 'paid']],
  ['cancel', ['@run']],
  ['events', []],
  ['profile-report', ['--workflow', 'work']],
  ['cost-report', ['--by', 'model,step']],
  ['tokens create', ['--name', 'ci', '--scope', 'read']],
  ['tokens list', []],
  ['tokens revoke', ['ci']],
  ['db stats', []],
  ['db check', []],
  ['db export', ['--all', 'runs.jsonl']],
  ['db import', ['runs.jsonl']],
  ['db copy', ['.troupe/troupe.db', 'moved.db']],
  ['db backup', ['copy.db']],
  ['db restore', ['copy.db', '--force']],
  ['db sweep', ['--dry-run']],
  ['db vacuum', []],
  ['doctor', ['hello.yaml']],
  ['trust', ['--show']],
]

const named = new Map<string, JsonValue>()

test.before(async () => {
  const running = project.start(['run', 'ask.yaml'])
  await running.waitFor('decide: troupe approvals approve')
  await running.waitFor('send: troupe signal')
  running.kill('SIGTERM')
  await running.done
  const { stderr } = running.output()
  named.set('@ask', /troupe approvals approve (\S+)/.exec(stderr)?.[1] ?? '')
  named.set('@run', /troupe signal (\S+)/.exec(stderr)?.[1] ?? '')
})

const listJsonCommands = ({ commands }: Command, above = ''): string[] =>
  commands.flatMap((command) => {
    const name = `${above}${command.name()}`
    return [
      ...(command.options.some(({ long }) => long === '--json') ? [name] : []),
      ...listJsonCommands(command, `${name} `),
    ]
  })

test('every command with --json is called here', () => {
  const called = new Set(CALLS.map(([command]) => command))
  const missing = listJsonCommands(createProgram(() => {})).filter((name) => !called.has(name) && !NOT_CALLED.has(name))
  assert.equal(missing, [])
})

for (const [command, args] of CALLS)
  test(`troupe ${[command, ...args].join(' ')}`, async () => {
    const given = args.map((arg) => String(named.get(arg) ?? arg))
    const { stdout, stderr } = await readCliOutput([...command.split(' '), ...given, '--json'], project.path)
    assert.ok(stdout !== '', stderr)
    const values: JsonValue[] =
      command === 'events' || command === 'watch'
        ? stdout
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line))
        : [JSON.parse(stdout)]
    assert.equal(
      values.flatMap((value) => listNames(value)).filter((place) => !isSnakeCase(place)),
      [],
    )
  })

const EVENTS: LogEvent[] = [
  { type: 'server.started', at: 0, pid: 1, url: null, database: 'a' },
  { type: 'server.stopped', at: 0, signal: 'SIGTERM' },
  { type: 'run.taken', at: 0, run: 'r-1', workflow: 'w', isNew: true },
  { type: 'run.held', at: 0, run: 'r-1', cause: new Error('full') },
  { type: 'run.unheld', at: 0, run: 'r-1' },
  { type: 'run.left', at: 0, run: 'r-1', workflow: 'w', why: 'waiting' },
  { type: 'run.ended', at: 0, run: 'r-1', workflow: 'w', status: 'failed', durationMs: 5, error: null },
  { type: 'runs.swept', at: 0, runs: 1, rows: 2, blobs: 3, blobBytes: 4, freedBytes: 5 },
  { type: 'slots.skipped', at: 0, schedule: 'w/1', count: 2 },
  { type: 'problem', at: 0, run: 'r-1', cause: new Error('no') },
  { type: 'runs.unfit', at: 0, needs: ['secret A', 'tool b'], missing: ['secret A'] },
  { type: 'http.refused', at: 0, message: 'in use', hint: 'another' },
  { type: 'http.answered', at: 0, method: 'GET', route: '/', status: 200, durationMs: 5 },
  {
    ...{ type: 'step.ended', at: 0, run: 'r-1', workflow: 'w', path: 'a', visit: 1 },
    ...{ status: 'failed', durationMs: 5, code: 'timeout' },
  },
  {
    ...{ type: 'step.retried', at: 0, run: 'r-1', workflow: 'w', path: 'a', visit: 1 },
    ...{ attempt: 1, durationMs: 5, code: 'timeout', retryInMs: 7 },
  },
]

for (const event of EVENTS)
  test(`troupe serve: ${event.type}`, () => {
    const json = JSON.parse(JSON.stringify(toEventJson(event)))
    assert.equal(
      listNames(json).filter((place) => !isSnakeCase(place)),
      [],
    )
  })

test.run()
