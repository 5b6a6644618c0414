/** Results of a foreach in a file: batches are effects with outcomes in the journal. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonValue } from '../../src/core/json.ts'
import type { Placement } from '../../src/runtime/effects/placement.ts'
import { Recovery, recoverRun } from '../../src/runtime/recovery.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { type DrivenOptions, driveRun } from '../support/driven-run.ts'
import { createStartCheck, describeState } from '../support/journal-checks.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { startWorkflow } from '../support/run-workflow.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts'

const test = suite('foreach with results in a file')

let folder: TempFolder

test.before.each(() => {
  folder = createTempFolder()
})
test.after.each(() => folder.remove())

const run = async (workflow: string, input: JsonValue = {}) => {
  const { finish, rows, notices } = await startWorkflow(workflow, { root: folder.path, input })
  const exit = await finish()
  if (exit.kind !== 'ended') throw new Error(exit.kind)
  return { ...exit.end, rows: await rows(), notices }
}

const over = (items: string, keys: string): string => `
input: { out: { type: string, default: out.jsonl } }
steps:
  - id: f
    foreach: ${items}
    as: n
    ${keys}
    do: [{ id: a, set: { x: 6 / n } }]
`

const lines = (count: number): string => Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('')

test('results are in the order of the items, and the output is a summary', async () => {
  const { output } = await run(`
steps:
  - id: f
    foreach: "[300, 100, 200, 1]"
    as: ms
    concurrency: 3
    results_to: out.jsonl
    yields: steps.a.output.text
    do:
      - id: a
        llm: mock/script
        prompt: x
        params: { script: ["\${{'text': string(ms), 'delay': string(ms) + 'ms'}}"] }
`)
  assert.equal(output, { count: 4, failed: 0, path: 'out.jsonl' })
  assert.is(folder.read('out.jsonl'), '"300"\n"100"\n"200"\n"1"\n')
})

test('items of a file go into a file of results, over many pages and batches', async () => {
  folder.write('n.jsonl', lines(1_234))
  const { output } = await run(over('{ file: n.jsonl }', 'results_to: out.jsonl\n    yields: n'))
  assert.equal(output, { count: 1_234, failed: 0, path: 'out.jsonl' })
  assert.is(folder.read('out.jsonl'), lines(1_234))
})

test('failed items are left out of the results, or collected', async () => {
  const skipped = over('"[1, 0, 2]"', 'results_to: out.csv\n    on_item_error: skip')
  assert.equal((await run(skipped)).output, { count: 3, failed: 1, path: 'out.csv' })
  assert.is(folder.read('out.csv'), 'x\n6\n3\n')
  const collected = over('"[1, 0]"', 'results_to: out.jsonl\n    on_item_error: collect\n    yields: n')
  assert.equal((await run(collected)).output, { count: 2, failed: 1, path: 'out.jsonl' })
  const results = folder.read('out.jsonl').trim().split('\n')
  assert.equal(
    results.map((line) => JSON.parse(line).ok),
    [true, false],
  )
})

test('a thousand failed items that are left out do not keep others from starting', async () => {
  folder.write('n.jsonl', `${'0\n'.repeat(2_500)}1\n`)
  const { output } = await run(
    over('{ file: n.jsonl }', 'results_to: out.jsonl\n    on_item_error: skip\n    yields: n'),
  )
  assert.equal(output, { count: 2_501, failed: 2_500, path: 'out.jsonl' })
  assert.is(folder.read('out.jsonl'), '1\n')
})

test('no items leave an empty file of results', async () => {
  folder.write('out.jsonl', 'old\n')
  assert.equal((await run(over('"[]"', 'results_to: out.jsonl'))).output, { count: 0, failed: 0, path: 'out.jsonl' })
  assert.is(folder.read('out.jsonl'), '')
})

test('a path that can not be written fails the foreach before an item starts', async () => {
  const { error, rows } = await run(over('"[1, 2]"', 'results_to: ../out.jsonl'))
  assert.equal([error?.code, error?.step], ['unauthorized', 'f'])
  assert.equal(
    rows.flatMap(({ kind, path }) => (kind === 'outcome' ? [path] : [])),
    ['f[write]'],
  )
})

test('an old file of results stays when the items can not be read', async () => {
  folder.write('out.jsonl', 'old\n')
  assert.is((await run(over('{ file: n.jsonl }', 'results_to: out.jsonl'))).error?.code, 'not_found')
  assert.is(folder.read('out.jsonl'), 'old\n')
})

test('a path that an expression gives must end with a format', async () => {
  const { error } = await run(over('"[1]"', 'results_to: "${input.out}"'), { out: 'out.txt' })
  assert.equal(
    [error?.code, error?.message],
    ['expression_failed', `'results_to' of step 'f': expected a path that ends with .csv or .jsonl, got "out.txt"`],
  )
})

test('a foreach that fails keeps the results that were written', async () => {
  folder.write('n.jsonl', `${lines(120)}0\n`)
  const { error } = await run(over('{ file: n.jsonl }', 'results_to: out.jsonl\n    yields: n\n    concurrency: 1'))
  assert.equal([error?.code, error?.step], ['expression_failed', 'f[120]/a'])
  assert.match(lines(120), folder.read('out.jsonl'))
})

test('a foreach that is tried again begins its results anew', async () => {
  await run(
    over(
      '"[1, 0]"',
      `results_to: out.jsonl
    yields: n
    concurrency: 1
    retry: { max: 3, backoff: 1ms..1ms, on: [expression_failed] }
    on_error: continue`,
    ),
  )
  assert.ok(['', '1\n'].includes(folder.read('out.jsonl')))
})

const CALLS = `
steps:
  - id: f
    foreach: "range(0, 12)"
    as: n
    concurrency: 4
    on_item_error: skip
    results_to: out.jsonl
    yields: n
    do:
      - { id: a, tool: http.get, with: { url: "http://127.0.0.1/" }, retry: { max: 1 } }
`

/** Performs the batches, as the actor does, on a text instead of a file. */
const createBook = () => {
  let text = ''
  return {
    get lines(): string[] {
      return text.trim().split('\n')
    },
    write(input: JsonValue): JsonValue {
      const { offset = 0, rows = [] } = input as { offset?: number; rows?: [number, JsonValue][] }
      assert.ok(text.length >= offset)
      text = text.slice(0, offset) + rows.map(([, result]) => `${JSON.stringify(result)}\n`).join('')
      return { offset: text.length }
    },
  }
}

const FAILED = 'f[3]/a#1'

/** `isLong`: the journal is not read again at each start of an effect. */
const driveCalls = async ({
  text = CALLS,
  isLong = false,
  ...options
}: Partial<DrivenOptions> & { text?: string; isLong?: boolean } = {}) => {
  const clock = createManualClock(Date.UTC(2030, 0, 1))
  const store = createMemoryStore({ now: () => clock.now() })
  const compiled = compileWorkflow(text)
  const check = createStartCheck(compiled, store)
  const book = createBook()
  const world = new ScriptedWorld({
    decide: (id) =>
      id === FAILED
        ? { fault: { code: 'tool_failed', retryable: false } }
        : { output: { status: 200, headers: {}, body: null, url: '' } },
    onPerform: (id, runId) => !isLong && runId !== '' && check.onPerform(id, runId),
  })
  writeInto(world, book)
  const end = await driveRun({ compiled, world, clock, store, input: {}, ...options })
  assert.equal(await check.finish(), [])
  return { ...end, compiled, book }
}

/** The write is done before its outcome is recorded, so that a crash between the two loses the outcome. */
const writeInto = (world: ScriptedWorld, book: ReturnType<typeof createBook>): void => {
  const create = world.createPlacement.bind(world)
  world.createPlacement = (isDead) => {
    const placement = create(isDead)
    const perform: Placement['perform'] = async (call, context) => {
      const written = call.kind === 'foreach' && isDead?.() !== true ? book.write(call.input) : undefined
      const output = await placement.perform(call, context)
      return written ?? output
    }
    return { perform }
  }
}

const EXPECTED = [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11].map(String)

test('J3 J4 each result is in the file once, wherever the process dies', async () => {
  const whole = await driveCalls()
  assert.equal(whole.record.output, { count: 12, failed: 1, path: 'out.jsonl' })
  assert.equal(whole.book.lines, EXPECTED)
  for (let cut = 1; cut <= whole.writes; cut++)
    for (const fate of ['lose', 'keep'] as const) {
      const { record, book } = await driveCalls({ judge: (nth) => (nth === cut ? fate : 'pass') })
      assert.equal(record.output, { count: 12, failed: 1, path: 'out.jsonl' }, `write ${cut}, ${fate}`)
      assert.equal(book.lines, EXPECTED, `write ${cut}, ${fate}`)
    }
})

test('J4 each prefix of the journal of a foreach with results gives the state that the run had', async () => {
  const { rows, compiled } = await driveCalls()
  for (let length = 1; length <= rows.length; length++) {
    const [one, other] = [1, 2].map(() => recoverRun('r', compiled, rows.slice(0, length)))
    assert.is(one?.defect, undefined)
    if (one !== undefined && other !== undefined) assert.equal(describeState(one.state), describeState(other.state))
  }
})

test('J4 a journal that is folded part by part, in slices of any length, gives the state that it gives as a whole', async () => {
  const { rows, compiled } = await driveCalls()
  const whole = recoverRun('r', compiled, rows.slice(0, -2))
  for (const [size, pieces] of [2, 3, 7, 100].flatMap((size) =>
    [1, 2, 1000].map((pieces) => [size, pieces] as const),
  )) {
    const recovery = new Recovery('r', compiled)
    for (let from = 0; from < rows.length - 2; from += size) {
      recovery.take(rows.slice(from, Math.min(from + size, rows.length - 2)))
      let done = 0
      while (!recovery.fold(() => ++done % pieces !== 0));
    }
    const { state, seq, usage, keyRun, defect } = recovery.finish()
    assert.is(defect, undefined)
    assert.equal([seq, usage, keyRun], [whole.seq, whole.usage, whole.keyRun])
    assert.equal(describeState(state), describeState(whole.state))
  }
})

test('a run whose journal is read in several parts goes on where it stood', async () => {
  const text = CALLS.replace('range(0, 12)', 'range(0, 700)')
  const { record, book, rows, processes } = await driveCalls({
    text,
    isLong: true,
    judge: (nth) => (nth === 600 || nth === 601 ? 'lose' : 'pass'),
  })
  assert.is(processes, 3)
  assert.ok(rows.length > 700, `${rows.length} rows`)
  assert.equal(record.output, { count: 700, failed: 1, path: 'out.jsonl' })
  assert.equal(
    book.lines,
    Array.from({ length: 700 }, (_, n) => String(n)).filter((n) => n !== '3'),
  )
})

test.run()
