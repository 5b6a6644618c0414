/** Runs that are submitted for the lines of a file. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CliError } from '../../src/cli/cli-error.ts'
import { submitItems } from '../../src/cli/commands/submit/submit-items.ts'
import { createContext } from '../../src/cli/context.ts'
import { EXIT } from '../../src/cli/exit-code.ts'
import { createChannel } from '../support/channel.ts'
import { withServedDatabase } from '../support/served-database.ts'

const ITEM = `workflow: item
input: { n: integer, of?: string }
steps:
  - { id: a, set: { v: input.n } }
`

const test = suite('submit --each')

/** Where the runs are submitted. */
const PLACES = ['local', 'remote'] as const

for (const place of PLACES)
  test(`a line is one run for each key, also if the command is repeated with more lines: ${place}`, () =>
    withServedDatabase([ITEM], async (server) => {
      const each = (...args: string[]) => server[place]('submit', 'item', '--each', 'items.jsonl', ...args)
      server.folder.write('items.jsonl', '{"n": 1}\n\n{"n": 2}\r\n{"n": 1}\n')
      const first = await each('--key', 'k', '-i', 'of=Ada')
      const ids = first.stdout.trim().split('\n')
      assert.is(new Set(ids).size, 3)
      assert.is(first.stderr, '3 runs submitted\n')
      server.folder.write('items.jsonl', '{"n": 3}\n{"n": 2}\n{"n": 1}\n{"n": 1}\n')
      const second = await each('--key', 'k', '-i', 'of=Ada', '--json')
      const lines = second.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      assert.equal(
        lines.map(({ line, is_new: isNew }) => [line, isNew]),
        [
          [1, true],
          [2, false],
          [3, false],
          [4, false],
        ],
      )
      assert.equal(
        lines.slice(1).map(({ run }) => run),
        [ids[1], ids[0], ids[2]],
      )
      const created = await server.store.readCreated(lines[0].run)
      assert.equal(created?.data.input, { n: 3, of: 'Ada' })
      assert.is(await server.store.countRuns({}), 4)
      const unkeyed = await each('--quiet')
      assert.equal([unkeyed.stdout.trim().split('\n').length, unkeyed.stderr], [4, ''])
    }))

test('wrong lines are named by their numbers, and nothing is submitted', () =>
  withServedDatabase([ITEM], async (server) => {
    server.folder.write('items.jsonl', '{"n": 1}\n{"n": "x"}\n[1]\n{"n":\n')
    const { stdout, stderr } = await server.local('submit', 'item', '--each', 'items.jsonl')
    assert.is(stdout, '')
    assert.match(stderr, "3 lines of 'items.jsonl' are wrong, and nothing is submitted")
    assert.match(stderr, "line 2: the input does not fit workflow 'item': '/n' must be integer")
    assert.match(stderr, 'line 3: expected an object, got [1]')
    assert.match(stderr, 'line 4: it is no JSON: ')
    assert.is(await server.store.countRuns({}), 0)
  }))

test('lines that a server refuses are named, and the others are submitted', () =>
  withServedDatabase([ITEM], async (server) => {
    server.folder.write('items.jsonl', '{"n": 1}\n{"n": "x"}\n{"n": 3}\n')
    const { stdout, stderr } = await server.remote('submit', 'item', '--each', 'items.jsonl', '--json')
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.equal(
      lines.map(({ line, error }) => [line, error?.code]),
      [
        [1, undefined],
        [2, 'invalid_input'],
        [3, undefined],
      ],
    )
    assert.match(stderr, "line 2: the input does not fit workflow 'item': '/n' must be integer")
    assert.is(await server.store.countRuns({}), 2)
  }))

const USES: [args: string[], message: string][] = [
  [['--each', 'none.jsonl'], "'none.jsonl' does not exist"],
  [['--each', 'empty.jsonl'], "'empty.jsonl' has no line: expected an object of JSON on each"],
  [['--each', 'empty.jsonl', '--wait'], 'both --each and --wait are given: expected one of them'],
  [
    ['--each', 'empty.jsonl', '--key', 'k'.repeat(221)],
    '--key is too long for --each: expected at most 220 characters',
  ],
]

test('wrong uses are told', () =>
  withServedDatabase([ITEM], async (server) => {
    server.folder.write('empty.jsonl', '\n \n')
    for (const [args, message] of USES)
      for (const place of PLACES) assert.match((await server[place]('submit', 'item', ...args)).stderr, message)
  }))

test('a server that goes away ends the submission, and tells how many runs there are', async () => {
  const [stdout, stderr] = [createChannel(), createChannel()]
  const context = { ...createContext({ color: false }), stdout, stderr }
  const items = Array.from({ length: 20 }, (_, index) => ({ line: index + 1, input: {}, key: `k:${index}` }))
  let atOnce = 0
  let most = 0
  const submission = submitItems(
    context,
    { workflow: 'item', key: 'k' },
    {
      items,
      most: 4,
      async submit({ line }) {
        most = Math.max(most, ++atOnce)
        await new Promise((resolve) => setImmediate(resolve))
        atOnce--
        if (line > 10) throw new CliError('http://x: no server answers', { exitCode: EXIT.environment })
        return { run: `r-${line}`, workflow: 'item', status: 'queued', key: null, is_new: true, again_after: null }
      },
    },
  )
  const thrown = await submission.catch((error: unknown) => error)
  assert.instance(thrown, CliError)
  if (!(thrown instanceof CliError)) return
  assert.is(thrown.message, 'http://x: no server answers; 10 of 20 lines are submitted')
  assert.equal([thrown.exitCode, most], [3, 4])
  assert.is(thrown.hint, 'the same command again submits the others: --key keeps each line to one run')
  assert.is(stdout.text(), Array.from({ length: 10 }, (_, index) => `r-${index + 1}\n`).join(''))
})

test.run()
