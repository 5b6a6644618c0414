import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LIMITS } from '../../src/core/limits.ts'
import { RunBounds } from '../../src/runtime/budget/run-bounds.ts'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { parseJournalRow, type RawRow } from '../../src/store/parse-journal-row.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { runWorkflow, startWorkflow } from '../support/run-workflow.ts'
import { catchRejection } from '../support/store-values.ts'

const test = suite('bounds of a run')

const asking = (times: number, limits = ''): string => `
models: { default: mock/echo }
${limits}
steps:
  - id: l
    loop: { until: "iter.count >= ${times}", max: 200000 }
    do: [{ id: ask, llm: default, prompt: hi }]
output: steps.ask.output
`

test('a journal of more than 50,000 rows fails the run, and one of 10,000 is noted once', async () => {
  const { finish, rows, notices } = await startWorkflow(asking(60_000))
  const began = performance.now()
  const exit = await finish()
  assert.ok(exit.kind === 'ended')
  assert.equal([exit.end.status, exit.end.error?.code, exit.end.error?.step], ['failed', 'too_large', null])
  assert.equal(exit.end.error?.details, { limit: 'journal', rows: 50_001, allowed: 50_000 })
  assert.match(exit.end.error?.message ?? '', 'the journal of the run is too large: expected at most 50,000 rows')
  const warnings = (await rows()).filter(({ kind }) => kind === 'warning')
  assert.equal(
    warnings.map(({ data }) => data),
    [{ limit: 'journal', amount: 10_001, allowed: 50_000 }],
  )
  assert.is(notices.filter(({ type }) => type === 'run.warned').length, 1)
  const perRowUs = ((performance.now() - began) * 1000) / 50_000
  assert.ok(perRowUs < 1_000, `${perRowUs} µs a row`)
})

const row = (change: Partial<RawRow> = {}): JournalRow => {
  const data = { output: null, attempt: 1, started: 0, ms: 0 }
  return parseJournalRow({ seq: 1, at: 0, kind: 'outcome', path: 'ask', visit: 1, data, ...change }, 'r-1')
}

const fill = (bounds: RunBounds, count: number, change: Partial<RawRow> = {}): void => {
  for (let seq = 1; seq <= count; seq++) bounds.take(row({ seq, ...change }))
}

test('a limit of steps that the workflow sets raises the bound of its journal, and the default does not', () => {
  const most = (limits: string): number | undefined => {
    const bounds = new RunBounds(compileWorkflow(asking(1, limits)))
    fill(bounds, 10_001)
    return bounds.check(undefined)[0]?.allowed
  }
  assert.equal([most(''), most('limits: { steps: 100 }'), most('limits: { steps: 200000 }')], [50_000, 50_000, 200_000])
})

test('rows of foreach items do not count', () => {
  const bounds = new RunBounds(compileWorkflow(asking(1)))
  fill(bounds, 60_000, { path: 'each[7]/ask' })
  assert.equal(bounds.check(undefined), [])
})

test('a warning of an earlier lease holder is not repeated', () => {
  const bounds = new RunBounds(compileWorkflow(asking(1)))
  fill(bounds, 20_000)
  bounds.take(row({ kind: 'warning', path: '', data: { limit: 'journal', amount: 10_001, allowed: 50_000 } }))
  assert.equal(bounds.check(undefined), [])
  fill(bounds, 40_000)
  assert.equal(
    bounds.check(undefined).map(({ kind }) => kind),
    ['exceeded'],
  )
  assert.equal(bounds.check(undefined), [])
})

const growing = (kilobytes: number): string => `
input: { part: string }
steps:
  - id: l
    loop: { until: "iter.count >= ${kilobytes}", max: 100000 }
    do:
      - id: add
        set: { parts: "steps.?add.?output.?parts.orValue([]) + [input.part]" }
      - id: breathe
        wait: { for: 1ms }
output: size(steps.add.output.parts)
`

test('a state beyond 8 MB fails the run, and one beyond 1 MB is noted', async () => {
  const input = { part: 'x'.repeat(1024) }
  const { finish, rows } = await startWorkflow(growing(9_000), { input })
  const exit = await finish()
  assert.ok(exit.kind === 'ended')
  const { code, details, message } = exit.end.error ?? {}
  assert.equal([code, details?.limit, details?.allowed], ['too_large', 'context', LIMITS.context.most])
  assert.match(message ?? '', /^the state of the run is too large: expected at most 8 MB, got 8,3\d\d,\d+ bytes/)
  const warnings = (await rows()).filter(({ kind }) => kind === 'warning')
  assert.equal(
    warnings.map(({ data }) => (data as { limit: string }).limit),
    ['context'],
  )
})

test('a loop that replaces one large value by another counts one of them', async () => {
  const { status, output } = await runWorkflow(
    `
input: { part: string }
steps:
  - id: l
    loop: { until: "iter.count >= 50", max: 100 }
    do:
      - { id: a, set: { text: "input.part + string(iter.count)" } }
      - { id: breathe, wait: { for: 1ms } }
output: size(steps.a.output.text)
`,
    { input: { part: 'x'.repeat(500_000) } },
  )
  assert.equal([status, output], ['completed', 500_002])
})

test('a value that passes through blocks counts once', async () => {
  const { status } = await runWorkflow(
    `
input: { part: string }
steps:
  - id: outer
    do:
      - id: middle
        do: [{ id: inner, set: { text: "input.part + input.part" } }]
  - { id: w, wait: { for: 1ms } }
`,
    { input: { part: 'x'.repeat(2_000_000) } },
  )
  assert.is(status, 'completed')
})

test('an input beyond the bound creates no run', async () => {
  const error = await catchRejection(startWorkflow(growing(1), { input: { part: 'x'.repeat(LIMITS.context.most) } }))
  assert.is((error as { code?: string }).code, 'too_large')
})

test('an event beyond 1 MB is not emitted: its step fails', async () => {
  const { status, output } = await runWorkflow(
    `
input: { part: string }
steps:
  - { id: out, emit: big, with: { text: "\${input.part}" }, on_error: { too_large: caught } }
  - { id: over, set: { code: "'sent'" }, next: end }
  - { id: caught, set: { code: error.details.limit } }
output: steps.?caught.?output.?code.orValue('sent')
`,
    { input: { part: 'x'.repeat(LIMITS.event.most) } },
  )
  assert.equal([status, output], ['completed', 'event'])
})

test('a signal and a decision beyond 1 MB are noted without the value that is too large, and change nothing', async () => {
  const { run, rows, clock, finish } = await startWorkflow(`
steps:
  - parallel:
      one: [{ id: event, wait: { event: paid } }]
      two: [{ id: ask, approve: { title: "Go?" }, timeout: 1h, on_error: continue }]
    id: both
    timeout: 2h
    on_error: continue
`)
  const big = 'x'.repeat(LIMITS.event.most)
  const at = new Date(clock.now()).toISOString()
  run.receive({ id: 's', kind: 'signal', body: { name: 'paid', data: big, at } })
  const decision = { path: 'ask', visit: 1, verdict: 'approved', by: 'ann', values: { big } }
  run.receive({ id: 'd', kind: 'decision', body: decision })
  await finish()
  const late = (await rows()).filter(({ kind }) => kind === 'late')
  assert.is(late.length, 2)
  for (const { data } of late) {
    assert.match((data as { reason: string }).reason, 'is too large: expected at most 1 MB')
    assert.ok(JSON.stringify(data).length < 500)
  }
})

test('a blob beyond 64 MB is refused', async () => {
  const store = createMemoryStore()
  const error = await catchRejection(store.putBlob(new Uint8Array(LIMITS.blob.most + 1)))
  assert.equal((error as { code?: string; details?: object }).details, {
    limit: 'blob',
    bytes: LIMITS.blob.most + 1,
    allowed: LIMITS.blob.most,
  })
})

test.run()
