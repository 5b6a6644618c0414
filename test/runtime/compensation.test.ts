/** Blocks with `compensate`: their steps are undone when their fault is handled, and the run goes on. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunExit } from '../../src/runtime/run.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { type DrivenOptions, driveRun } from '../support/driven-run.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { type Decision, ScriptedWorld } from '../support/scripted-world.ts'

const CALL = 'http.post, with: { url: "http://127.0.0.1/" }'

/** A step that can be undone. */
const step = (id: string, rest = ''): string =>
  `{ id: ${id}, ${rest}tool: ${CALL}, undo: { tool: http.delete, with: { url: "http://127.0.0.1/\${steps.${id}.status}" } } }`

/** A step that can be undone, also more than once. */
const keyed = (id: string): string => step(id, `key: "run.id + '${id}'", `)

const DONE: Decision = { output: { status: 200, headers: {}, body: null } }
const FAILED: Decision = { fault: { code: 'tool_failed', retryable: false } }

/** A function decides by how often the call was started. */
type Outcomes = Record<string, Decision | ((starts: number) => Decision)>

const run = async (yaml: string, outcomes: Outcomes, options: Partial<DrivenOptions> = {}) => {
  const clock = createManualClock(Date.UTC(2030, 0, 1))
  const performed: string[] = []
  const world: ScriptedWorld = new ScriptedWorld({
    decide(id) {
      const outcome = outcomes[id] ?? DONE
      return typeof outcome === 'function' ? outcome(world.starts.get(id) ?? 0) : outcome
    },
    onPerform: (id) => performed.push(id),
  })
  const store = createMemoryStore({ now: () => clock.now() })
  const end = await driveRun({ compiled: compileWorkflow(yaml), world, clock, store, input: {}, ...options })
  return { ...end, performed, undone: undoneOf(end.exit) }
}

/** `c`, and `c: code` for a step that could not be undone. */
const undoneOf = (exit: RunExit): string[] =>
  (exit.kind === 'ended' ? (exit.undone ?? []) : []).map(
    ({ path, visit, fault }) => `${path}#${visit}${fault === undefined ? '' : `: ${fault.code}`}`,
  )

const block = (steps: string, rest = 'on_error: after'): string => `
steps:
  - ${step('before')}
  - id: block
    compensate: true
    ${rest}
    do: [${steps}]
  - { id: over, switch: [{ when: steps.block.status == 'completed', next: end }] }
  - { id: after, tool: ${CALL} }
`

const THREE = `${step('a')}, ${step('b')}, ${step('c')}`

const test = suite('compensation')

test('the completed steps of a block that fails are undone, the last first, and the run goes on', async () => {
  const { record, performed, undone } = await run(block(THREE), { 'c#1': FAILED })
  assert.is(record.status, 'completed')
  assert.equal(performed, ['before#1', 'a#1', 'b#1', 'c#1', 'run--undo/b#1', 'run--undo/a#1', 'after#1'])
  assert.equal(undone, ['b#1', 'a#1'])
})

test('a block that completes is not undone', async () => {
  const { record, performed } = await run(block(THREE), {})
  assert.is(record.status, 'completed')
  assert.equal(performed, ['before#1', 'a#1', 'b#1', 'c#1'])
})

test('a bad end later undoes the steps outside the block, and none twice', async () => {
  const { record, performed, undone } = await run(block(THREE), { 'c#1': FAILED, 'after#1': FAILED })
  assert.is(record.status, 'failed')
  assert.equal(performed.slice(4), ['run--undo/b#1', 'run--undo/a#1', 'after#1', 'run--undo/before#1'])
  assert.equal(undone, ['b#1', 'a#1', 'before#1'])
})

test('a call that fails is reported, the others are made, and the run goes on', async () => {
  const { record, performed, undone } = await run(block(THREE), { 'c#1': FAILED, 'run--undo/b#1': FAILED })
  assert.is(record.status, 'completed')
  assert.equal(performed.slice(4), ['run--undo/b#1', 'run--undo/a#1', 'after#1'])
  assert.equal(undone, ['b#1: tool_failed', 'a#1'])
})

for (const [onError, status, ended] of [
  ['continue', 'completed', ['after#1']],
  ['{ tool_failed: after, "*": fail }', 'completed', ['after#1']],
  ['[{ when: "error.code == \'tool_failed\'", next: after }]', 'completed', ['after#1']],
  ['{ timeout: after }', 'failed', ['run--undo/before#1']],
  ['[{ code: tool_failed, next: fail }, { else: after }]', 'failed', ['run--undo/before#1']],
] as const)
  test(`on_error: ${onError} undoes the block before the run is ${status}`, async () => {
    const { record, performed } = await run(block(THREE, `on_error: ${onError}`), { 'c#1': FAILED })
    assert.is(record.status, status)
    assert.equal(performed.slice(4), ['run--undo/b#1', 'run--undo/a#1', ...ended])
  })

test('the handler sees the fault, and where it came from stays known', async () => {
  const yaml = `
steps:
  - { id: block, compensate: true, on_error: again, do: [${THREE}], next: end }
  - { id: again, fail: { from: error } }
`
  const { record } = await run(yaml, { 'c#1': FAILED })
  assert.equal([record.error?.code, record.error?.step], ['tool_failed', 'c'])
})

const KINDS: { title: string; yaml: string; failing: string; undone: string[] }[] = [
  {
    title: 'all branches of a parallel',
    yaml: `
steps:
  - id: block
    compensate: true
    on_error: continue
    parallel: { left: [${step('a')}, { id: nap, wait: { for: 1h } }], right: [{ id: soon, wait: { for: 1m } }, ${step('b')}] }
`,
    failing: 'b#1',
    undone: ['a#1'],
  },
  {
    title: 'all items of a foreach',
    yaml: `
steps:
  - id: block
    compensate: true
    on_error: continue
    concurrency: 1
    foreach: "[1, 2]"
    as: item
    do: [${step('a')}, ${step('b')}]
`,
    failing: 'block[1]/b#1',
    undone: ['block[1]/a#1', 'block[0]/b#1', 'block[0]/a#1'],
  },
  {
    title: 'items inside a block',
    yaml: `
steps:
  - id: block
    compensate: true
    on_error: continue
    do:
      - { id: items, concurrency: 1, foreach: "[1, 2]", as: item, do: [${step('a')}] }
      - ${step('b')}
`,
    failing: 'b#1',
    undone: ['items[1]/a#1', 'items[0]/a#1'],
  },
  {
    title: 'all iterations of a loop',
    yaml: `
steps:
  - { id: block, compensate: true, on_error: continue, loop: { until: iter.count == 3, max: 3 }, do: [${step('a')}] }
`,
    failing: 'a#3',
    undone: ['a#2', 'a#1'],
  },
  {
    title: 'only the iteration that failed, where the block is inside the loop',
    yaml: `
steps:
  - id: rounds
    loop: { until: iter.count == 2, max: 3 }
    do: [{ id: block, compensate: true, on_error: continue, do: [${step('a')}, ${step('b')}] }]
`,
    failing: 'b#2',
    undone: ['a#2'],
  },
  {
    title: 'the chosen case of a switch',
    yaml: `
steps:
  - { id: block, compensate: true, on_error: continue, switch: [{ when: true, do: [${step('a')}, ${step('b')}] }] }
`,
    failing: 'b#1',
    undone: ['a#1'],
  },
  {
    title: 'only the block inside an item that failed',
    yaml: `
steps:
  - id: items
    concurrency: 1
    foreach: "[1, 2]"
    as: item
    do: [${step('first')}, { id: block, compensate: true, on_error: continue, do: [${step('a')}, ${step('b')}] }]
`,
    failing: 'items[1]/b#1',
    undone: ['items[1]/a#1'],
  },
  {
    title: 'only the inner block, where its fault is handled',
    yaml: `
steps:
  - id: block
    compensate: true
    on_error: continue
    do: [${step('a')}, { id: inner, compensate: true, on_error: continue, do: [${step('b')}, ${step('c')}] }, ${step('d')}]
`,
    failing: 'c#1',
    undone: ['b#1'],
  },
]

for (const { title, yaml, failing, undone: expected } of KINDS)
  test(`a compensation undoes ${title}`, async () => {
    const { record, performed, undone } = await run(yaml, { [failing]: FAILED })
    assert.is(record.status, 'completed')
    assert.equal(undone, expected)
    assert.equal(
      performed.filter((id) => id.startsWith('run--undo/')),
      expected.map((id) => `run--undo/${id}`),
    )
  })

test('the completions of all tries of a block are undone', async () => {
  const yaml = `
steps:
  - id: block
    compensate: true
    retry: { max: 2, backoff: 1s..1s, on: [tool_failed] }
    on_error: continue
    do: [${step('a')}, ${step('b')}]
`
  const { record, undone } = await run(yaml, { 'b#1': FAILED, 'b#2': FAILED })
  assert.is(record.status, 'completed')
  assert.equal(undone, ['a#2', 'a#1'])
})

test('a timeout of the block undoes what had completed', async () => {
  const yaml = block(`${step('a')}, ${step('b')}`, 'on_error: after\n    timeout: 10s')
  const { record, performed } = await run(yaml, { 'b#1': 'never' })
  assert.is(record.status, 'completed')
  assert.equal(performed.slice(3), ['run--undo/a#1', 'after#1'])
})

test('compensating calls are no steps of the run: limits.steps does not count them', async () => {
  const { record, performed } = await run(`limits: { steps: 5 }${block(THREE)}`, { 'c#1': FAILED })
  assert.is(record.status, 'completed')
  assert.is(performed.length, 7)
})

test('a process that dies at any moment of a compensation repeats no recorded call', async () => {
  const yaml = block(`${keyed('a')}, ${keyed('b')}, ${keyed('c')}`)
    .replace(step('before'), keyed('before'))
    .replace('after, tool', 'after, key: run.id, tool')
  const { writes } = await run(yaml, { 'c#1': FAILED })
  for (let cut = 2; cut <= writes; cut++)
    for (const fate of ['keep', 'lose'] as const) {
      const { record, rows, undone, processes } = await run(
        yaml,
        { 'c#1': FAILED },
        { judge: (nth) => (nth === cut ? fate : 'pass') },
      )
      const ends = rows.flatMap(({ kind, path }) => (kind === 'outcome' && path.startsWith('run--undo/') ? [path] : []))
      const title = `${fate} of write ${cut}`
      assert.is(record.status, 'completed', title)
      assert.equal(ends, ['run--undo/b', 'run--undo/a'], title)
      if (cut < writes) assert.equal([undone, processes], [['b#1', 'a#1'], 2], title)
    }
})

/** Does something once, when this effect is in flight and nothing else happens. */
const once = (path: string, act: (process: Parameters<NonNullable<DrivenOptions['onQuiet']>>[0]) => void) => {
  let isDone = false
  const onQuiet: NonNullable<DrivenOptions['onQuiet']> = (process) => {
    if (isDone || !process.run.state.openEffects().some((effect) => effect.path === path)) return false
    isDone = true
    act(process)
    return true
  }
  return { onQuiet }
}

test('a cancel waits for the call in flight; the calls that are left are made before the run ends', async () => {
  const cancel = once('run--undo/b', ({ run: cancelled }) => cancelled.cancel('test'))
  const { record, performed, undone } = await run(block(THREE), { 'c#1': FAILED }, cancel)
  assert.is(record.status, 'cancelled')
  assert.equal(performed.slice(4), ['run--undo/b#1', 'run--undo/a#1', 'run--undo/before#1'])
  assert.equal(undone, ['b#1', 'a#1', 'before#1'])
})

test('a cancel during a compensation inside an item waits, too', async () => {
  const yaml = `
steps:
  - id: items
    foreach: "[1, 2]"
    as: item
    do: [{ id: block, compensate: true, on_error: continue, do: [${step('a')}, ${step('b')}, ${step('c')}] }, ${step('d')}]
`
  const cancel = once('run--undo/items[0]/b', ({ run: cancelled }) => cancelled.cancel('test'))
  const never = { 'items[1]/d#1': 'never' } as const
  const { record, undone } = await run(yaml, { 'items[0]/c#1': FAILED, ...never }, cancel)
  assert.is(record.status, 'cancelled')
  assert.equal(undone[0], 'items[0]/b#1')
  assert.equal([...undone].sort(), ['items[0]/a#1', 'items[0]/b#1', 'items[1]/a#1', 'items[1]/b#1', 'items[1]/c#1'])
})

test('a limit of time waits for the call in flight, too', async () => {
  const yaml = `limits: { time: 1m }${block(THREE)}`
  const { record, performed, undone } = await run(yaml, { 'c#1': FAILED, 'run--undo/b#1': 'never' })
  assert.equal([record.status, record.error?.code], ['failed', 'budget_exceeded'])
  assert.equal(performed.slice(4), ['run--undo/b#1', 'run--undo/a#1', 'run--undo/before#1'])
  assert.equal(undone, ['b#1: timeout', 'a#1', 'before#1'])
})

test('a process that dies after a cancel has come goes on with both', async () => {
  const cancel = once('run--undo/b', ({ run: cancelled, watched }) => {
    cancelled.cancel('test')
    watched.isDead = true
  })
  const yaml = block(`${keyed('a')}, ${keyed('b')}, ${keyed('c')}`)
  const { record, undone } = await run(yaml, { 'c#1': FAILED }, cancel)
  assert.is(record.status, 'cancelled')
  assert.equal(undone, ['b#1', 'a#1', 'before#1'])
})

const nested = (make: (id: string) => string): string => `
steps:
  - id: outer
    timeout: 1m
    compensate: true
    on_error: continue
    do:
      - ${make('first')}
      - { id: block, compensate: true, on_error: continue, do: [${make('a')}, ${make('b')}, ${make('c')}] }
`

test('a timeout of the block around it stops the call in flight, whose outcome stays unknown, and leaves the others to that block', async () => {
  const { record, performed, undone } = await run(nested(step), { 'c#1': FAILED, 'run--undo/b#1': 'never' })
  assert.is(record.status, 'completed')
  assert.equal(undone, ['b#1: outcome_unknown', 'a#1', 'first#1'])
  assert.equal(performed.slice(4), ['run--undo/b#1', 'run--undo/a#1', 'run--undo/first#1'])
})

test('a call with a key is made again when a timeout has stopped it', async () => {
  const outcomes: Outcomes = { 'c#1': FAILED, 'run--undo/b#1': (starts) => (starts > 1 ? DONE : 'never') }
  const { record, performed, undone } = await run(nested(keyed), outcomes)
  assert.is(record.status, 'completed')
  assert.equal(undone, ['b#1', 'a#1', 'first#1'])
  assert.equal(performed.slice(4), ['run--undo/b#1', 'run--undo/b#1', 'run--undo/a#1', 'run--undo/first#1'])
})

test.run()
