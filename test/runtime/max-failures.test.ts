import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { recoverRun } from '../../src/runtime/recovery.ts'
import { RunState } from '../../src/runtime/run-state.ts'
import { expectCreated, isEventRow, type JournalRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { type DrivenOptions, driveRun } from '../support/driven-run.ts'
import { createStartCheck, describeState } from '../support/journal-checks.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { startWorkflow } from '../support/run-workflow.ts'
import { type Decision, ScriptedWorld } from '../support/scripted-world.ts'
import { addWorkflowCases } from '../support/workflow-cases.ts'

const test = suite('max failures')

/** Items that are 0 fail. */
const over = (list: string, keys: string): string => `
steps:
  - id: f
    foreach: "${list}"
    as: n
    concurrency: 1
    ${keys}
    yields: steps.a.output.x
    do: [{ id: a, set: { x: 6 / n } }]
`

addWorkflowCases(test, [
  {
    title: 'as many failed items as max_failures allows are skipped',
    workflow: over('[0, 1, 0, 2]', 'on_item_error: skip\n    max_failures: 2'),
    output: [6, 3],
  },
  {
    title: 'one more failed item than max_failures allows fails the foreach with the counts and the last failure',
    workflow: over('[0, 1, 0, 0, 2]', 'on_item_error: skip\n    max_failures: 2'),
    fails: {
      code: 'join_failed',
      step: 'f',
      message:
        "3 of 5 items of 'f' have failed, and max_failures allows 2; the last is f[3]/a: expression_failed: expression '6 / n' failed: division by zero",
    },
  },
  {
    title: 'a share of failed items is one of all items, rounded down',
    workflow: over('[0, 1, 1, 0, 2]', 'on_item_error: skip\n    max_failures: 39.99%'),
    fails: { code: 'join_failed', step: 'f' },
  },
  {
    title: 'a share is not judged by the items that have ended',
    workflow: over('[0, 0, 1, 2, 3]', 'on_item_error: skip\n    max_failures: 40%'),
    output: [6, 3, 2],
  },
  {
    title: 'max_failures: 0 fails the foreach at the first failed item',
    workflow: over('[1, 0, 2]', 'on_item_error: collect\n    max_failures: 0'),
    fails: { code: 'join_failed', step: 'f' },
  },
  {
    title: 'an empty list with max_failures gives an empty list',
    workflow: over('[]', 'on_item_error: skip\n    max_failures: 0%'),
    output: [],
  },
  {
    title: 'the fault of a foreach with too many failed items can be matched, and its details have the counts',
    workflow: `
steps:
  - id: f
    foreach: "[1, 0, 0, 2]"
    as: n
    concurrency: 1
    on_item_error: skip
    max_failures: 25%
    do: [{ id: a, set: { x: 6 / n } }]
    on_error: { join_failed: h }
  - { id: e, set: { x: 1 }, next: end }
  - id: h
    set:
      counts: "[error.details.allowed, error.details.failed, error.details.items]"
      last: "[error.details.last.index, error.details.last.step, error.details.last.code]"
`,
    output: { counts: [1, 2, 4], last: [2, 'f[2]/a', 'expression_failed'] },
  },
  {
    title: 'a foreach inside an item counts its own failed items',
    workflow: `
steps:
  - id: rows
    foreach: "[[0, 1], [0, 0], [2]]"
    as: row
    on_item_error: collect
    max_failures: 1
    yields: steps.cells.output
    do:
      - id: cells
        foreach: row
        as: n
        on_item_error: skip
        max_failures: 50%
        yields: steps.a.output.x
        do: [{ id: a, set: { x: 6 / n } }]
output: "steps.rows.output.map(row, row.ok ? row.?value.orValue([]) : [row.?error.?code.orValue('')])"
`,
    output: [[6], ['join_failed'], [3]],
  },
  {
    title: 'each retry of a foreach counts its failed items anew',
    workflow: `
steps:
  - id: f
    foreach: "[1, 0]"
    as: n
    on_item_error: skip
    max_failures: 0
    retry: { max: 3, backoff: 1ms..1ms }
    do: [{ id: a, set: { x: 6 / n } }]
    on_error: continue
  - { id: b, set: { attempts: steps.f.attempts, failed: "steps.f.?error.?details.?failed.orValue(0)" } }
`,
    output: { attempts: 3, failed: 1 },
  },
])

test('too many failed items stop the running items, and no other item starts', async () => {
  const { notices, finish, run } = await startWorkflow(`
steps:
  - id: f
    foreach: "[2000, 1000, 500, 1, 1]"
    as: ms
    concurrency: 3
    on_item_error: skip
    max_failures: 1
    do:
      - id: a
        llm: mock/script
        prompt: x
        params: { script: ["\${ms <= 1000 ? {'fault': 'refused', 'delay': string(ms) + 'ms'} : {'text': 'ok', 'delay': '2s'}}"] }
`)
  await finish()
  const paths = (type: string): string[] =>
    notices.flatMap((notice) => (notice.type === type && 'effect' in notice ? [notice.effect.path] : []))
  assert.equal(paths('attempt.started'), ['f[0]/a', 'f[1]/a', 'f[2]/a', 'f[3]/a'])
  const stopped = notices.flatMap((notice) => (notice.type === 'effect.stopped' ? [notice.path] : []))
  assert.equal(stopped, ['f[0]/a', 'f[1]/a'])
  assert.is(run.state.end?.error?.step, 'f')
})

const CALLS = `
steps:
  - id: f
    foreach: "[0, 1, 2, 3, 4, 5, 6, 7]"
    as: n
    concurrency: 3
    on_item_error: skip
    max_failures: 25%
    do:
      - id: a
        tool: http.post
        key: run.id + string(n)
        with: { url: "http://127.0.0.1/" }
        retry: { max: 1 }
        undo: { tool: http.delete, with: { url: "http://127.0.0.1/" } }
    on_error: { join_failed: h }
  - { id: e, set: { x: 1 }, next: end }
  - { id: h, set: { error: error } }
`

const DONE: Decision = { output: { status: 200, headers: {}, body: null, url: '' } }
const FAILED: Decision = { fault: { code: 'tool_failed', retryable: false } }
const FAILING = ['f[1]/a#1', 'f[3]/a#1', 'f[4]/a#1', 'f[6]/a#1']

interface CountedDetails {
  failed?: number
}

const detailsOf = (output: unknown): CountedDetails =>
  (output as { error?: { code: string; details: CountedDetails } }).error?.details ?? {}

const driveCalls = async (options: Partial<DrivenOptions> = {}) => {
  const clock = createManualClock(Date.UTC(2030, 0, 1))
  const store = createMemoryStore({ now: () => clock.now() })
  const compiled = compileWorkflow(CALLS)
  const check = createStartCheck(compiled, store)
  const world = new ScriptedWorld({
    decide: (id) => (FAILING.includes(id) ? FAILED : DONE),
    onPerform: (id, runId) => runId !== '' && check.onPerform(id, runId),
  })
  const end = await driveRun({ compiled, world, clock, store, input: {}, ...options })
  assert.equal(await check.finish(), [])
  return end
}

test('J4 a foreach with too many failed items ends the same, wherever its process dies', async () => {
  const whole = await driveCalls()
  assert.is(detailsOf(whole.record.output).failed, 3)
  for (let cut = 1; cut <= whole.writes; cut++)
    for (const fate of ['lose', 'keep'] as const) {
      const { record, processes } = await driveCalls({ judge: (nth) => (nth === cut ? fate : 'pass') })
      assert.is(detailsOf(record.output).failed, 3, `write ${cut}, ${fate}`)
      if (cut < whole.writes) assert.is(processes, 2)
    }
})

test('J4 each prefix of the journal of a foreach with too many failed items gives the state that it had', async () => {
  const { rows, record } = await driveCalls()
  const created = expectCreated(rows, record.id)
  const state = new RunState(compileWorkflow(CALLS))
  state.start({ runId: record.id, at: created.at, data: created.data })
  for (const [index, row] of rows.entries()) {
    if (isEventRow(row)) state.apply(row)
    const copies: JournalRow[] = JSON.parse(JSON.stringify(rows.slice(0, index + 1)))
    const recovered = recoverRun(record.id, compileWorkflow(CALLS), copies)
    assert.equal(describeState(recovered.state), describeState(state))
  }
  assert.equal(state.end?.output, record.output)
})

test.run()
