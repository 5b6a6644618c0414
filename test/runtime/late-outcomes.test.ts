import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { recoverRun } from '../../src/runtime/recovery.ts'
import type { RunEvent } from '../../src/runtime/run-event.ts'
import { isEventRow } from '../../src/store/journal-row.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { driveRun } from '../support/driven-run.ts'
import { describeState } from '../support/journal-checks.ts'
import { randomWorkflow } from '../support/random-workflow.ts'
import { decideBySeed, ScriptedWorld } from '../support/scripted-world.ts'

const LATE = { output: { text: 'yes' } }

const test = suite('late outcomes')

test('J6 an actor that comes back after it was stopped changes nothing, and leaves a note', async () => {
  await fc.assert(
    fc.asyncProperty(randomWorkflow(), fc.nat(), async (yaml, seed) => {
      const compiled = compileWorkflow(yaml)
      const decide = decideBySeed(seed, { withRetries: true })
      const quiet = await driveRun({ compiled, world: new ScriptedWorld({ decide }) })
      const world = new ScriptedWorld({ decide, obeys: false })
      let delivered = 0
      const { record, rows } = await driveRun({
        compiled,
        world,
        onQuiet({ run }) {
          const stubborn = [...world.performances].find(({ isAborted }) => isAborted)
          if (stubborn === undefined) return false
          const before = describeState(run.state)
          stubborn.settle(LATE)
          if (run.state.end === undefined) delivered++
          assert.equal(describeState(run.state), before)
          return true
        },
      })
      assert.equal(
        [record.status, record.output, record.error],
        [quiet.record.status, quiet.record.output, quiet.record.error],
      )
      const late = rows.filter(({ kind }) => kind === 'late')
      assert.is(late.length, delivered)
      for (const { data } of late) assert.equal((data as { output: unknown }).output, LATE.output)
    }),
    { numRuns: 30 },
  )
})

test('J6 a loser that comes back while the run goes on is noted with its path and visit', async () => {
  const world = new ScriptedWorld({ decide: (id) => (id === 'slow#1' ? 'never' : LATE), obeys: false })
  const { rows, record } = await driveRun({
    compiled: compileWorkflow(`
steps:
  - id: p
    parallel: { x: [{ id: slow, llm: mock/echo, prompt: x }], y: [{ id: quick, llm: mock/echo, prompt: x }] }
    join: any
  - { id: after, llm: mock/echo, prompt: x }
output: steps.slow.status
`),
    world,
    onQuiet() {
      const loser = [...world.performances].find(({ isAborted }) => isAborted)
      loser?.settle(LATE)
      return loser !== undefined
    },
  })
  assert.equal(
    rows.map(({ kind, path, visit }) => [kind, path, visit]),
    [
      ['created', '', 0],
      ['outcome', 'quick', 1],
      ['stopped', 'slow', 1],
      ['late', 'slow', 1],
      ['outcome', 'after', 1],
    ],
  )
  assert.is(record.output, 'cancelled')
})

test('J6 an outcome or a timer of another visit, of a step that is not open or of none is refused', async () => {
  const compiled = compileWorkflow(`
steps:
  - { id: a, llm: mock/echo, prompt: x }
  - { id: w, wait: { for: 10s } }
  - { id: b, llm: mock/echo, prompt: x }
`)
  const { rows } = await driveRun({ compiled, world: new ScriptedWorld({ decide: () => LATE }) })
  for (let length = 1; length < rows.length; length++) {
    const { state } = recoverRun('r', compiled, rows.slice(0, length))
    const before = describeState(state)
    const outcome = (path: string, visit: number): RunEvent => ({
      kind: 'outcome',
      at: 1,
      path,
      visit,
      data: { ...LATE, attempt: 1, started: 0, ms: 0 },
    })
    const [next] = [...state.openEffects(), ...state.openTimers()]
    const strangers = ['a', 'b', 'w', 'nowhere', 'f[0]/a'].filter((path) => path !== next?.path)
    for (const event of [
      ...strangers.map((path) => outcome(path, 1)),
      outcome(next?.path ?? '', 2),
      { kind: 'timer', at: 1, path: 'w', visit: 2, data: { timer: 'wait' } },
      { kind: 'timer', at: 1, path: 'a', visit: 1, data: { timer: 'timeout' } },
    ] satisfies RunEvent[]) {
      assert.is(state.apply(event), undefined)
      assert.equal(describeState(state), before)
    }
  }
})

test('J6 the usage of a late attempt counts once', async () => {
  const compiled = compileWorkflow(`
steps: [{ id: a, llm: mock/echo, prompt: x, timeout: 1s, retry: { max: 2, backoff: 1s..1s, jitter: false } }]
`)
  const usage = { provider: 'p', model: 'm', input_tokens: 1, cached_tokens: 0, output_tokens: 0, cost_usd: 0.5 }
  const world = new ScriptedWorld({ decide: (_id, failures) => (failures === 0 ? 'never' : LATE), obeys: false })
  const placement = world.placement
  world.createPlacement = () => ({
    perform: async (call, context) => {
      context.usage(usage)
      const output = await placement.perform(call, context)
      context.usage(usage)
      return output
    },
  })
  const { record, rows } = await driveRun({
    compiled,
    world,
    onQuiet() {
      const [first, second] = world.performances
      if (second === undefined) return false
      first?.settle(LATE)
      second.settle(LATE)
      return true
    },
  })
  assert.equal(
    rows.map(({ kind }) => kind),
    ['created', 'attempt', 'late', 'outcome'],
  )
  assert.equal(
    rows.map(({ data }) => (data as { usage?: unknown[] }).usage?.length ?? 0),
    [0, 1, 1, 2],
  )
  assert.equal(record.usage, { input_tokens: 4, output_tokens: 0, cost_usd: 2 })
})

const ends = suite('ends')

ends('J7 an ended run takes no event, no cancel and no other end', async () => {
  await fc.assert(
    fc.asyncProperty(randomWorkflow(), fc.nat(), async (yaml, seed) => {
      const compiled = compileWorkflow(yaml)
      const world = new ScriptedWorld({ decide: decideBySeed(seed, { withRetries: true }), obeys: false })
      let last: { cancel(by: string): void } | undefined
      const { rows, record } = await driveRun({
        compiled,
        world,
        onQuiet({ run }) {
          last = run
          return false
        },
      })
      last?.cancel('too late')
      for (const performance of world.performances) performance.settle(LATE)
      await new Promise((resolve) => setImmediate(resolve))
      const { state, defect } = recoverRun(record.id, compiled, rows)
      assert.is(defect, undefined)
      const before = describeState(state)
      assert.is(before.end?.status, record.status)
      for (const row of rows.filter(isEventRow)) assert.is(state.apply(row), undefined)
      assert.is(state.apply({ kind: 'cancel', at: 1, data: { by: 'x' } }), undefined)
      assert.equal(describeState(state), before)
      assert.equal([before.effects, before.timers], [[], []], 'nothing is left open')
    }),
    { numRuns: 25 },
  )
})

ends('J7 the end is final: the first of a cancel and an outcome in the same turn decides', async () => {
  for (const first of ['cancel', 'outcome']) {
    const world = new ScriptedWorld({ decide: () => LATE })
    const compiled = compileWorkflow('steps: [{ id: a, llm: mock/echo, prompt: x }]')
    const { record, rows } = await driveRun({
      compiled,
      world,
      onQuiet({ run }) {
        const [performance] = world.performances
        if (first === 'cancel') run.cancel('me')
        performance?.settle(LATE)
        if (first === 'outcome') setImmediate(() => run.cancel('me'))
        return true
      },
    })
    assert.is(record.status, first === 'cancel' ? 'cancelled' : 'completed')
    const kinds = rows.map(({ kind }) => kind)
    assert.equal(kinds, first === 'cancel' ? ['created', 'cancel', 'stopped'] : ['created', 'outcome'])
  }
})

for (const one of [test, ends]) one.run()
