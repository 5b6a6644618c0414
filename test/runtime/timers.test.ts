import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { RunChange } from '../../src/store/store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { driveRun } from '../support/driven-run.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { randomWorkflow } from '../support/random-workflow.ts'
import { decideBySeed, ScriptedWorld } from '../support/scripted-world.ts'

const START = Date.UTC(2030, 0, 1)

/** Runs a workflow whose process dies after `dieAfter` and comes back `downFor` later, both in milliseconds. */
const interrupt = async (
  yaml: string,
  { dieAfter, downFor, times = 1 }: { dieAfter: number; downFor: number; times?: number },
) => {
  const clock = createManualClock(START)
  const store = createMemoryStore({ now: () => clock.now() })
  let deaths = 0
  const end = await driveRun({
    compiled: compileWorkflow(yaml),
    world: new ScriptedWorld({ decide: (id) => (id.startsWith('hang') ? 'never' : { output: { text: 'yes' } }) }),
    clock,
    store,
    async onQuiet({ run, watched }) {
      if (deaths === times || run.state.openTimers().length + run.state.openEffects().length === 0) return false
      deaths++
      await clock.advance(dieAfter)
      watched.isDead = true
      await clock.advance(downFor)
      return true
    },
  })
  const timers = end.rows.filter(({ kind }) => kind === 'timer').map(({ at, data }) => [at - START, data])
  return { ...end, timers, tookMs: (end.record.endedAt ?? 0) - START }
}

const WAIT = 'steps: [{ id: w, wait: { for: 10s } }]'

const BLOCK = `
steps:
  - id: b
    timeout: 10s
    do: [{ id: hang, llm: mock/echo, prompt: x, timeout: 1h }]
    on_error: { timeout: continue }
`

const COMPUTED = BLOCK.replace('timeout: 10s', 'timeout: "${string(2 * 5)}s"')

const COMPUTED_WITH_RETRY = COMPUTED.replace('    do:', '    retry: { max: 2 }\n    do:')

const BACKOFF = `
steps:
  - id: b
    retry: { max: 2, backoff: 10s..10s, jitter: false, on: [given_up] }
    do: [{ id: a, fail: { code: given_up, message: no } }]
    on_error: continue
`

const test = suite('timers over a crash')

for (const [what, yaml, name] of [
  ['the end of a wait', WAIT, 'wait'],
  ['the timeout of a block', BLOCK, 'timeout'],
  ['the timeout of a block that an expression gives', COMPUTED, 'timeout'],
  ['the timeout of a block with a retry that an expression gives', COMPUTED_WITH_RETRY, 'timeout'],
  ['the next try of a block', BACKOFF, 'backoff'],
] as const) {
  test(`${what} that came due while no process held the run fires once, as soon as one does`, async () => {
    const { timers, tookMs } = await interrupt(yaml, { dieAfter: 2_000, downFor: 60_000 })
    assert.equal(timers, [[62_000, { timer: name }]])
    assert.is(tookMs, 62_000)
  })

  test(`${what} keeps its deadline over three crashes`, async () => {
    const { timers, processes } = await interrupt(yaml, { dieAfter: 1_000, downFor: 500, times: 3 })
    assert.equal(timers, [[10_000, { timer: name }]])
    assert.is(processes, 4)
  })
}

test('limits.time counts from the start of the run, downtime included', async () => {
  const yaml = `
limits: { time: 1m }
steps: [{ id: w, wait: { for: 1h } }]
`
  const soon = await interrupt(yaml, { dieAfter: 10_000, downFor: 10_000 })
  assert.equal([soon.record.error?.details, soon.tookMs], [{ limit: 'time', allowed_ms: 60_000 }, 60_000])
  const late = await interrupt(yaml, { dieAfter: 10_000, downFor: 90_000 })
  assert.equal([late.record.error?.details, late.tookMs], [{ limit: 'time', allowed_ms: 60_000 }, 100_000])
})

/** The timers that the store has. */
const keepTimers = () => {
  const known = new Map<string, number>()
  const judge = (_nth: number, { timersSet = [], timersCleared = [] }: RunChange): 'pass' => {
    for (const { id, dueAt } of timersSet) known.set(id, dueAt)
    for (const id of timersCleared) known.delete(id)
    return 'pass'
  }
  return { known, judge }
}

test('a timer that one event clears and sets again is set', async () => {
  const { known, judge } = keepTimers()
  const seen: string[][] = []
  await driveRun({
    compiled: compileWorkflow(`
steps:
  - id: b
    timeout: 1m
    max_visits: 3
    do: [{ id: a, llm: mock/echo, prompt: x }]
  - id: s
    switch: [{ when: steps.a.status == "completed" && steps.b.attempts > 0, next: b }]
`),
    world: new ScriptedWorld({ decide: () => ({ output: { text: 'yes' } }) }),
    judge,
    onQuiet() {
      seen.push([...known.keys()])
      return false
    },
  })
  assert.equal(seen, [['b:timeout'], ['b:timeout'], ['b:timeout']])
})

test('the store always has exactly the open timers', async () => {
  await fc.assert(
    fc.asyncProperty(randomWorkflow({ final: true }), fc.nat(), async (yaml, seed) => {
      const { known, judge } = keepTimers()
      await driveRun({
        compiled: compileWorkflow(yaml),
        world: new ScriptedWorld({ decide: decideBySeed(seed, { withRetries: true }) }),
        judge,
        onQuiet({ run }) {
          const open = run.state.openTimers().map(({ id, dueAt }) => [id, dueAt])
          if (run.state.end === undefined) assert.equal([...known].sort(), open.sort())
          return false
        },
      })
    }),
    { numRuns: 40 },
  )
})

test.run()
