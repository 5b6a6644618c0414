/** A foreach over a file: pages are effects with outcomes in the journal. */
import { rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonValue } from '../../src/core/json.ts'
import { recoverRun } from '../../src/runtime/recovery.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { type DrivenOptions, driveRun } from '../support/driven-run.ts'
import { createStartCheck, describeState } from '../support/journal-checks.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { startWorkflow } from '../support/run-workflow.ts'
import { type Decision, ScriptedWorld } from '../support/scripted-world.ts'
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts'

const test = suite('foreach over a file')

let folder: TempFolder

test.before.each(() => {
  folder = createTempFolder()
})
test.after.each(() => folder.remove())

const over = (file: string, keys = ''): string => `
input: { file: { type: string, default: "" } }
steps:
  - id: f
    foreach: ${file}
    as: n
    ${keys}
    yields: steps.a.output.x
    do: [{ id: a, set: { x: n } }]
`

const run = async (workflow: string, input: JsonValue = {}) => {
  const { finish, rows } = await startWorkflow(workflow, { root: folder.path, input })
  const exit = await finish()
  if (exit.kind !== 'ended') throw new Error(exit.kind)
  return { ...exit.end, rows: await rows() }
}

const lines = (count: number): string => Array.from({ length: count }, (_, index) => `${index}\n`).join('')

test('each line of a file is an item, over as many pages as it has', async () => {
  folder.write('n.jsonl', lines(250))
  const { output, rows } = await run(over('{ file: n.jsonl }'))
  assert.equal(
    output,
    Array.from({ length: 250 }, (_, index) => index),
  )
  assert.equal(
    rows.flatMap(({ kind, path, visit }) => (kind === 'outcome' ? [`${path}#${visit}`] : [])),
    ['f[read]#1', 'f[read]#2', 'f[read]#3'],
  )
})

test('the path of a file may be an expression', async () => {
  folder.write('n.csv', 'a\n1\n')
  const { output } = await run(over('{ file: "${input.file}", format: csv }'), { file: 'n.csv' })
  assert.equal(output, [{ a: '1' }])
  const { error } = await run(over('{ file: "${input.file}", format: csv }'))
  assert.equal(
    [error?.code, error?.message],
    ['expression_failed', `'file' of step 'f': expected the path of a file, got ""`],
  )
})

test('an empty file has an empty list of results', async () => {
  folder.write('n.jsonl', '')
  assert.equal((await run(over('{ file: n.jsonl }'))).output, [])
})

test('a file that does not exist fails the foreach with not_found, which names the path', async () => {
  const { error } = await run(over('{ file: n.jsonl }'))
  assert.equal([error?.code, error?.step, error?.message], ['not_found', 'f', "'n.jsonl' does not exist"])
})

test('a bad line is a fault of its item: it stops the foreach, is skipped, or is collected', async () => {
  folder.write('n.jsonl', '1\noops\n3\n')
  const { error } = await run(over('{ file: n.jsonl }'))
  assert.equal([error?.code, error?.step], ['invalid_input', 'f[1]'])
  assert.equal(error?.details, { path: 'n.jsonl', line: 2, index: 1 })
  assert.equal((await run(over('{ file: n.jsonl }', 'on_item_error: skip'))).output, [1, 3])
  const { output } = await run(over('{ file: n.jsonl }', 'on_item_error: collect'))
  assert.equal(
    (output as { ok: boolean }[]).map(({ ok }) => ok),
    [true, false, true],
  )
})

test('max_failures counts bad lines, and says how many items there were so far', async () => {
  folder.write('n.jsonl', `oops\n1\noops\noops\n${lines(500)}`)
  const { error } = await run(over('{ file: n.jsonl }', 'on_item_error: skip\n    max_failures: 2'))
  assert.is(error?.code, 'join_failed')
  assert.match(
    error?.message ?? '',
    /^3 of the first 3 items of 'f' have failed, and max_failures allows 2; the last is f\[3\]: /,
  )
})

test('a foreach over a file that is tried again reads it again', async () => {
  folder.write('n.jsonl', '1\n0\n')
  const { rows, output } = await run(`
steps:
  - id: f
    foreach: { file: n.jsonl }
    as: n
    retry: { max: 2, backoff: 1ms..1ms, on: [expression_failed] }
    do: [{ id: a, set: { x: 6 / n } }]
    on_error: continue
  - { id: b, set: { attempts: steps.f.attempts } }
`)
  assert.equal(output, { attempts: 2 })
  assert.equal(
    rows.flatMap(({ kind, path }) => (kind === 'outcome' ? [path] : [])),
    ['f[read]', 'f:2[read]'],
  )
})

test('each item of an outer foreach may read a file of its own', async () => {
  folder.write('a.jsonl', '1\n2\n')
  folder.write('b.jsonl', '3\n')
  const { output } = await run(`
steps:
  - id: files
    foreach: "['a', 'b']"
    do:
      - id: f
        foreach: { file: "\${item}.jsonl" }
        as: n
        yields: n + 1
        do: [{ id: a, set: { x: n } }]
`)
  assert.equal(output, [[2, 3], [4]])
})

test('a foreach over a file may stand in finally', async () => {
  folder.write('n.jsonl', '1\n')
  const { status, rows } = await run(`
steps:
  - { id: a, set: { x: 1 } }
finally:
  - id: f
    foreach: { file: n.jsonl }
    do: [{ id: b, set: { x: item } }]
`)
  assert.is(status, 'completed')
  assert.ok(rows.some(({ kind, path }) => kind === 'outcome' && path === 'f[read]'))
})

test('J4 a replay has the items of the journal, whether the file is there or not', async () => {
  folder.write('n.jsonl', lines(150))
  const workflow = over('{ file: n.jsonl }')
  const { rows, output } = await run(workflow)
  rmSync(folder.resolve('n.jsonl'))
  const { state, defect } = recoverRun('r', compileWorkflow(workflow), rows)
  assert.is(defect, undefined)
  assert.equal(state.end?.output, output)
})

const CALLS = `
steps:
  - id: f
    foreach: { file: n.jsonl }
    as: n
    concurrency: 2
    on_item_error: skip
    do:
      - { id: a, tool: http.get, with: { url: "http://127.0.0.1/" }, retry: { max: 1 } }
output: steps.f.output.size()
`

const PAGE = { items: [1, 2, null], bad: [{ at: 2, line: 3, code: 'invalid_input', message: 'bad' }] }
const NEXT = { offset: 9, line: 4, size: 20, modified: 1 }
const PAGES: Record<string, Decision> = {
  'f[read]#1': { output: { ...PAGE, next: NEXT } },
  'f[read]#2': { output: { items: [], next: { ...NEXT, offset: 12 } } },
  'f[read]#3': { output: { items: [4, 5] } },
}

const driveCalls = async (options: Partial<DrivenOptions> = {}) => {
  const clock = createManualClock(Date.UTC(2030, 0, 1))
  const store = createMemoryStore({ now: () => clock.now() })
  const compiled = compileWorkflow(CALLS)
  const check = createStartCheck(compiled, store)
  const world = new ScriptedWorld({
    decide: (id) => PAGES[id] ?? { output: { status: 200, headers: {}, body: null, url: '' } },
    onPerform: (id, runId) => runId !== '' && check.onPerform(id, runId),
  })
  const end = await driveRun({ compiled, world, clock, store, input: {}, ...options })
  assert.equal(await check.finish(), [])
  return { ...end, compiled }
}

test('J3 J4 a foreach over a file ends the same, wherever its process dies, and reads no recorded page again', async () => {
  const whole = await driveCalls()
  assert.is(whole.record.output, 4)
  for (let cut = 1; cut <= whole.writes; cut++)
    for (const fate of ['lose', 'keep'] as const) {
      const { record, processes } = await driveCalls({ judge: (nth) => (nth === cut ? fate : 'pass') })
      assert.is(record.output, 4, `write ${cut}, ${fate}`)
      if (cut < whole.writes) assert.is(processes, 2)
    }
})

test('J4 each prefix of the journal of a foreach over a file gives the state that the run had', async () => {
  const { rows, compiled } = await driveCalls()
  for (let length = 1; length <= rows.length; length++) {
    const [one, other] = [1, 2].map(() => recoverRun('r', compiled, rows.slice(0, length)))
    assert.is(one?.defect, undefined)
    if (one !== undefined && other !== undefined) assert.equal(describeState(one.state), describeState(other.state))
  }
})

test('the next page is asked for when few items are left, and one page at a time', async () => {
  folder.write('n.jsonl', lines(1000))
  const { notices, finish } = await startWorkflow(over('{ file: n.jsonl }'), { root: folder.path, input: {} })
  await finish()
  const reads = notices.flatMap((notice) => (notice.type === 'attempt.started' ? [notice.effect] : []))
  assert.is(reads.length, 10)
  assert.equal(
    reads.map(({ visit }) => visit),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
})

test.run()
