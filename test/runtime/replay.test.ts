import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { recoverRun } from '../../src/runtime/recovery.ts'
import { RunState } from '../../src/runtime/run-state.ts'
import { expectCreated, isEventRow, type JournalRow } from '../../src/store/journal-row.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { driveRun } from '../support/driven-run.ts'
import { describeState } from '../support/journal-checks.ts'
import { randomWorkflow } from '../support/random-workflow.ts'
import { decideBySeed, ScriptedWorld } from '../support/scripted-world.ts'

const test = suite('replay')

test('J4 the same journal gives the same state, at every prefix, compiled anew and after a round trip through JSON', async () => {
  await fc.assert(
    fc.asyncProperty(randomWorkflow({ final: true }), fc.nat(), async (yaml, seed) => {
      const world = new ScriptedWorld({ decide: decideBySeed(seed, { withRetries: true }) })
      const compiled = compileWorkflow(yaml)
      const { rows, record } = await driveRun({ compiled, world })
      const copies = JSON.parse(JSON.stringify(rows)) as JournalRow[]
      const anew = compileWorkflow(yaml)
      const created = expectCreated(rows, record.id)
      const state = new RunState(compiled)
      state.start({ runId: record.id, at: created.at, data: created.data })
      for (let length = 1; length <= rows.length; length++) {
        const row = rows[length - 1]
        if (row !== undefined && isEventRow(row)) state.apply(row)
        // Only every third prefix and the end, since each starts from the first row.
        if (length % 3 !== 0 && length !== rows.length) continue
        const recovered = recoverRun(record.id, anew, copies.slice(0, length))
        assert.is(recovered.defect, undefined)
        assert.equal(describeState(recovered.state), describeState(state))
      }
      assert.equal(state.end?.status, record.status)
      assert.equal(state.end?.output, record.output)
      assert.equal(state.end?.error, record.error)
    }),
    { numRuns: 50 },
  )
})

const countWork = async (iterations: number, body: string) => {
  const compiled = compileWorkflow(`
steps:
  - id: l
    loop: { until: "iter.count >= ${iterations}", max: 10000 }
    do:
${body}
`)
  const sizes: { rows: number; bytes: number }[] = []
  const world = new ScriptedWorld({ decide: () => ({ output: { text: 'x'.repeat(200) } }) })
  const { writes } = await driveRun({
    compiled,
    world,
    judge(_nth, { rows = [], ...rest }) {
      const seqs = rows.map(({ seq: _seq, at: _at, data, ...row }) => ({ ...row, data: withoutTimes(data) }))
      sizes.push({ rows: rows.length, bytes: JSON.stringify([seqs, rest]).length })
      return 'pass'
    },
  })
  return { sizes, writes }
}

const withoutTimes = (data: unknown) => ({ ...(data as object), started: 0, ms: 0 })

const BODIES = {
  'that calls a model': `
      - { id: a, llm: mock/echo, prompt: x }`,
  'whose state grows by each answer': `
      - { id: a, llm: mock/echo, prompt: x }
      - { id: all, set: { texts: "steps.?all.?output.?texts.orValue([]) + [steps.a.output.text]" } }`,
}

for (const [what, body] of Object.entries(BODIES)) {
  test(`J5 a loop ${what} writes as much in its 1000th iteration as in its first`, async () => {
    const short = await countWork(100, body)
    const long = await countWork(1_000, body)
    assert.is(long.writes - short.writes, 900, 'one write an iteration')
    // Only the digits of the visit grow.
    const digits = 3
    assert.is(long.sizes[500]?.rows, 1)
    const [first, last] = [long.sizes[2]?.bytes ?? 0, long.sizes.at(-2)?.bytes ?? 0]
    assert.ok(last - first <= digits, `${first} bytes at first, ${last} at last`)
  })
}

test('J5 an item of a foreach writes as much after a thousand others as after none', async () => {
  const sizes: number[] = []
  const compiled = compileWorkflow(
    `
steps:
  - id: f
    foreach: "range(1000)"
    concurrency: 1
    yields: "null"
    do: [{ id: a, llm: mock/echo, prompt: x }]
`.replace('range(1000)', `[${Array.from({ length: 1_000 }, (_, index) => index).join(', ')}]`),
  )
  const world = new ScriptedWorld({ decide: () => ({ output: { text: 'x' } }) })
  await driveRun({
    compiled,
    world,
    judge(_nth, { rows = [] }) {
      sizes.push(
        JSON.stringify(rows.map(({ path, kind, visit }) => ({ path: path.replace(/\d+/, '0'), kind, visit }))).length,
      )
      return 'pass'
    },
  })
  assert.is(sizes.length, 1_001)
  assert.is(new Set(sizes.slice(1)).size, 1)
})

test.run()
