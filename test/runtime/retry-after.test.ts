/** Long waits that servers ask for between two attempts: made without a process, over kills, or refused because of a deadline. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { type DrivenProcess, driveRun } from '../support/driven-run.ts'
import { startHttpServer } from '../support/http-server.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'
import { serving } from '../support/serving.ts'

const HOUR = 3_600_000
const BEGIN = Date.UTC(2030, 0, 1)

type Act = (process: DrivenProcess & { clock: ManualClock; store: ReturnType<typeof createMemoryStore> }) => unknown

/** The first attempts of each effect whose id fits ask for this wait, the next one succeeds. */
interface Asked {
  hours: number
  times?: number
  of?: RegExp
  code?: string
}

const play = async (
  yaml: string,
  { hours, times = 1, of = /^a#/, code = 'rate_limited' }: Asked,
  acts: readonly Act[] = [],
) => {
  const clock = createManualClock(BEGIN)
  const store = createMemoryStore({ now: () => clock.now() })
  const begun: number[] = []
  const left = [...acts]
  const world = new ScriptedWorld({
    decide: (id, failures) =>
      of.test(id) && failures < times
        ? { fault: { code, retryable: true, details: { retry_after_ms: hours * HOUR } } }
        : { output: { text: id } },
    onPerform: (id) => of.test(id) && begun.push((clock.now() - BEGIN) / HOUR),
  })
  const end = await driveRun({
    compiled: compileWorkflow(yaml),
    world,
    clock,
    store,
    async onQuiet(process) {
      if (world.performances.size > 0) return false
      const act = left.shift()
      await act?.({ ...process, clock, store })
      return act !== undefined
    },
  })
  return { ...end, begun }
}

const CALL = 'steps: [{ id: a, llm: mock/echo, prompt: x }]\noutput: steps.a.output.text'
const WRITE = `
steps:
  - { id: a, tool: http.post, with: { url: "https://x.example/" }, retry: { max: 2 }, on_error: continue }
output: steps.a.status
`

const die: Act = ({ watched }) => {
  watched.isDead = true
}

const dieFor =
  (hours: number): Act =>
  async ({ watched, clock }) => {
    watched.isDead = true
    await clock.advance(hours * HOUR)
  }

const told =
  (kind: 'pause' | 'unpause' | 'cancel'): Act =>
  ({ run }) =>
    run.receive({ id: kind, kind, body: { by: 'ann' } })

const kindsOf = (rows: readonly JournalRow[]): string[] => rows.map(({ kind }) => kind)

const test = suite('a wait that a server asks for')

test('is made in full, and the journal says when the next attempt begins, before it does', async () => {
  const { record, rows, begun } = await play(CALL, { hours: 2 })
  assert.equal([record.output, begun], ['a#1', [0, 2]])
  assert.equal(kindsOf(rows), ['created', 'attempt', 'left', 'outcome'])
  const [, attempt, left] = rows
  assert.is(attempt?.kind === 'attempt' && attempt.data.retry_at, BEGIN + 2 * HOUR)
  assert.equal([left?.path, left?.visit, left?.data], ['a', 1, { is_left: false }])
})

for (const [when, acts] of [
  ['again and again during it', [die, die]],
  ['during it, and goes on behind it', [dieFor(5)]],
] as const)
  test(`takes nothing for lost when its process dies ${when}`, async () => {
    const { record, rows, begun } = await play(WRITE, { hours: 2 }, acts)
    assert.is(record.output, 'completed')
    assert.equal(begun, [0, acts.length === 1 ? 5 : 2])
    assert.equal(kindsOf(rows), ['created', 'attempt', 'left', 'outcome'])
  })

test('leaves an attempt behind it for lost, if its process dies in that one', async () => {
  let hasDied = false
  const clock = createManualClock(BEGIN)
  const world = new ScriptedWorld({
    decide: (_id, failures) => {
      if (failures > 0) return 'never'
      return { fault: { code: 'rate_limited', retryable: true, details: { retry_after_ms: HOUR } } }
    },
  })
  const { record, rows } = await driveRun({
    compiled: compileWorkflow(WRITE.replace('steps.a.status', "steps.?a.?error.?code.orValue('none')")),
    world,
    clock,
    onQuiet({ watched }) {
      if (hasDied || clock.now() < BEGIN + HOUR || world.performances.size === 0) return false
      hasDied = true
      watched.isDead = true
      return true
    },
  })
  assert.is(record.output, 'outcome_unknown')
  assert.equal(kindsOf(rows), ['created', 'attempt', 'left', 'lost', 'outcome'])
})

test('has its time in the store, so that the run is due then, and not before or behind it', async () => {
  const seen: unknown[] = []
  const look: Act = async ({ host, run, store, clock }) => {
    assert.is(run.restsOn(), 0)
    seen.push((run.nextDueAt() ?? 0) - BEGIN)
    run.leave({ kind: 'waiting' })
    await run.exited
    await store.release(run.claim, { phase: 'waiting' })
    seen.push(((await store.nextDueAt()) ?? 0) - BEGIN)
    seen.push(
      (await store.listDueRuns(clock.now() + HOUR)).length,
      (await store.listDueRuns(clock.now() + 2 * HOUR)).length,
    )
    assert.ok(host)
  }
  const clock = createManualClock(BEGIN)
  const store = createMemoryStore({ now: () => clock.now() })
  let isSeen = false
  const { rows } = await driveRun({
    compiled: compileWorkflow(CALL),
    world: new ScriptedWorld({
      decide: (_id, failures) =>
        failures > 0
          ? { output: { text: 'x' } }
          : { fault: { code: 'rate_limited', retryable: true, details: { retry_after_ms: 2 * HOUR } } },
    }),
    clock,
    store,
    async onQuiet(process) {
      const rowsNow = await store.readJournal(process.run.id)
      if (isSeen || rowsNow.at(-1)?.kind !== 'attempt') return false
      isSeen = true
      await look({ ...process, clock, store })
      process.watched.isDead = true
      return true
    },
  })
  assert.equal(seen, [2 * HOUR, 2 * HOUR, 0, 1])
  assert.equal(kindsOf(rows), ['created', 'attempt', 'left', 'outcome'])
  assert.is(await store.nextDueAt(), null)
})

test('is held back by a pause of the run, over a kill, and goes on behind it', async () => {
  const wait: Act = ({ clock }) => clock.advance(5 * HOUR)
  for (const acts of [
    [told('pause'), wait, told('unpause')],
    [told('pause'), die, wait, told('unpause')],
    [told('pause'), wait, die, told('unpause')],
  ]) {
    const { record, begun, rows } = await play(CALL, { hours: 2 }, acts)
    assert.equal([record.output, begun], ['a#1', [0, 5]])
    assert.not.ok(kindsOf(rows).includes('lost'), kindsOf(rows).join())
  }
})

test('ends with a cancel of the run, of which nothing was in flight', async () => {
  const { record, rows } = await play(CALL, { hours: 2 }, [told('cancel')])
  assert.is(record.status, 'cancelled')
  assert.equal(kindsOf(rows), ['created', 'attempt', 'cancel'])
})

const REFUSED: { title: string; yaml: string; asked: Asked; words: RegExp }[] = [
  {
    title: 'limits.time ends the run before',
    yaml: 'limits: { time: 3h }\nsteps: [{ id: a, llm: mock/echo, prompt: x, on_error: { rate_limited: no }, next: end }, { id: no, set: { m: error } }]\noutput: steps.?no.?output.?m.orValue(null)',
    asked: { hours: 4 },
    words:
      /^the server asked to wait until 2030-01-01T04:00:00\.000Z \(4h 00m\), and limits\.time ends the run first: as decided$/,
  },
  {
    title: 'the timeout of a block around it comes before',
    yaml: `
steps:
  - id: outer
    timeout: 90m
    do: [{ id: a, llm: mock/echo, prompt: x, on_error: { rate_limited: no } }]
    next: end
  - { id: no, set: { m: error } }
output: steps.?no.?output.?m.orValue(null)
`,
    asked: { hours: 2 },
    words:
      /^the server asked to wait until 2030-01-01T02:00:00\.000Z \(2h 00m\), and the timeout of 'outer' comes first: as decided$/,
  },
  {
    title: 'the timeout of a block in its item comes before, for a server that is away',
    yaml: `
steps:
  - id: each
    foreach: "[1]"
    yields: steps.?no.?output.?m.orValue(null)
    do:
      - { id: inner, timeout: 90m, do: [{ id: a, llm: mock/echo, prompt: x, on_error: { rate_limited: no } }], next: end }
      - { id: no, set: { m: error } }
output: steps.each.output[0]
`,
    asked: { hours: 2, of: /a#/, code: 'unavailable' },
    words: /and the timeout of 'each\[0\]\/inner' comes first: as decided$/,
  },
  {
    title: 'it is longer than 30 days',
    yaml: 'steps: [{ id: a, llm: mock/echo, prompt: x, on_error: { rate_limited: no }, next: end }, { id: no, set: { m: error } }]\noutput: steps.?no.?output.?m.orValue(null)',
    asked: { hours: 24 * 365 },
    words: /^the server asked to wait until 2031-01-01T00:00:00\.000Z \(\S+.*\), and no wait is longer than /,
  },
]

for (const { title, yaml, asked, words } of REFUSED)
  test(`is refused at once when ${title}`, async () => {
    const { record, begun } = await play(yaml, asked)
    const { code, message, details } = record.output as { code: string; message: string; details: { retry_at: string } }
    assert.is(code, 'rate_limited')
    assert.match(message, words)
    assert.ok(message.includes(details.retry_at))
    assert.equal([begun, record.endedAt], [[0], BEGIN])
  })

test('is made when it ends before the deadlines, and one of a block beside it counts for nothing', async () => {
  const { record, begun } = await play(
    `
limits: { time: 3h }
steps:
  - id: both
    parallel:
      one: [{ id: a, llm: mock/echo, prompt: x }]
      two: [{ id: short, timeout: 1h, on_error: continue, do: [{ id: nap, wait: { for: 2h } }] }]
`,
    { hours: 2 },
  )
  assert.equal([record.status, begun], ['completed', [0, 2]])
})

test('is refused for a call that undoes a step, beyond five minutes', async () => {
  const { rows, record } = await play(
    `
steps:
  - { id: b, tool: http.post, with: { url: "https://x.example/" }, key: "'k'", undo: { tool: http.delete, with: { url: "https://x.example/" } } }
  - { id: no, fail: { code: no, message: x } }
`,
    { hours: 1, of: /undo/ },
  )
  assert.is(record.endedAt, BEGIN)
  assert.match(JSON.stringify(rows), /and no wait is longer than 5m 00s/)
})

test('keeps the fault of a step that makes no further attempt', async () => {
  const { record } = await play(
    'limits: { time: 1h }\nsteps: [{ id: a, llm: mock/echo, prompt: x, retry: { max: 1 } }]',
    {
      hours: 2,
      code: 'unavailable',
    },
  )
  assert.equal([record.error?.code, record.error?.message], ['unavailable', 'as decided'])
})

test('needs no process: a server lets the run go, and says until when', async () => {
  const server = await startHttpServer((_request, response) => {
    response.writeHead(429, { 'retry-after': '7200' })
    response.end()
  })
  try {
    await serving(
      async ({ store, submit, untilAtRest }) => {
        const compiled = compileWorkflow(
          `workflow: far\nsteps: [{ id: a, tool: http.get, with: { url: "${server.url}/" } }]`,
        )
        const id = await submit(compiled)
        await untilAtRest(id)
        const wait = ((await store.nextDueAt()) ?? 0) - Date.now()
        assert.ok(wait > HOUR && wait <= 2 * HOUR, String(wait))
        assert.is(server.requests.length, 1)
      },
      { allow: [`127.0.0.1:${server.port}`] },
    )
  } finally {
    await server.stop()
  }
})

test.run()
