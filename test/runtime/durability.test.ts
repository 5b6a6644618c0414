import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CompiledWorkflow } from '../../src/compiler/compile.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { type DrivenEnd, type DrivenOptions, driveRun } from '../support/driven-run.ts'
import { createStartCheck } from '../support/journal-checks.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { randomWorkflow } from '../support/random-workflow.ts'
import { decideBySeed, drawFrom, ScriptedWorld } from '../support/scripted-world.ts'
import type { WriteFate } from '../support/watched-store.ts'

const START = Date.UTC(2030, 0, 1)

/** A run in a world where nothing depends on the number of attempts, so that crashes cannot change its end. */
const drive = async (
  compiled: CompiledWorkflow,
  seed: number,
  options: Partial<DrivenOptions> = {},
): Promise<DrivenEnd & { problems: string[]; starts: ReadonlyMap<string, number> }> => {
  const clock = createManualClock(START)
  const store = createMemoryStore({ now: () => clock.now() })
  const check = createStartCheck(compiled, store)
  const decide = decideBySeed(seed)
  const world = new ScriptedWorld({ decide: (id) => decide(id, 0), onPerform: check.onPerform })
  const end = await driveRun({ compiled, world, clock, store, ...options })
  return { ...end, problems: await check.finish(), starts: world.starts }
}

const endOf = ({ record: { status, output, error, endedAt } }: DrivenEnd) => ({ status, output, error, endedAt })

const test = suite('durability')

test('J1 no effect starts before the row that asks for it is durable', async () => {
  await fc.assert(
    fc.asyncProperty(randomWorkflow({ attempts: false, final: true }), fc.nat(), async (yaml, seed) => {
      const compiled = compileWorkflow(yaml)
      let turn = 0
      const { problems } = await drive(compiled, seed, {
        onBoot: (watched) => watched.holdWrites(),
        onQuiet({ watched }) {
          if (drawFrom(seed, turn++) < 0.5) return false
          watched.letGo()
          watched.holdWrites()
          return true
        },
      })
      assert.equal(problems, [])
    }),
    { numRuns: 25 },
  )
})

test('J1 while a write is not durable, nothing that follows from it happens', async () => {
  const compiled = compileWorkflow(`
steps:
  - { id: a, llm: mock/echo, prompt: x }
  - { id: b, llm: mock/echo, prompt: x }
`)
  const world = new ScriptedWorld({ decide: () => ({ output: { text: 'yes' } }) })
  const seen: string[] = []
  let turn = 0
  await driveRun({
    compiled,
    world,
    onBoot: (watched) => watched.holdWrites(),
    onQuiet({ watched }) {
      seen.push([...world.performances].map(({ id }) => id).join())
      turn++
      if (turn % 5 !== 0) return turn % 5 !== 4
      watched.letGo()
      watched.holdWrites()
      return true
    },
  })
  assert.equal(seen.slice(0, 5), ['', '', '', '', ''], 'the first write was held for five turns')
  assert.equal([...new Set(seen)], ['', 'a#1', 'b#1'])
})

const FATES = ['lose', 'keep'] as const satisfies WriteFate[]

test('J3 a run whose process dies before or after any row ends like the undisturbed run, and repeats no recorded effect', async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(randomWorkflow({ attempts: false, final: true }), fc.nat(), async (yaml, seed) => {
      const compiled = compileWorkflow(yaml)
      const undisturbed = await drive(compiled, seed)
      assert.equal(undisturbed.problems, [])
      for (const cut of chooseCuts(undisturbed.writes, seed)) {
        for (const fate of FATES) {
          const end = await drive(compiled, seed, { judge: (nth) => (nth === cut ? fate : 'pass') })
          assert.equal(end.problems, [])
          assert.equal(endOf(end), endOf(undisturbed))
          assert.is(end.processes, 2)
          for (const [id, starts] of end.starts)
            assert.ok(starts <= (undisturbed.starts.get(id) ?? 0) + 1, `${id} was started ${starts} times`)
          runs++
        }
      }
    }),
    { numRuns: 25 },
  )
  assert.ok(runs > 25, `only ${runs} deaths`)
})

/** All of a few, a sample of many. */
const chooseCuts = (writes: number, seed: number): number[] => {
  const all = Array.from({ length: writes }, (_, index) => index + 1)
  return all.length <= 10 ? all : all.filter((cut) => drawFrom(seed, cut) < 10 / writes)
}

test('J3 a run that loses two processes ends like the undisturbed run', async () => {
  await fc.assert(
    fc.asyncProperty(randomWorkflow({ attempts: false, final: true }), fc.nat(), async (yaml, seed) => {
      const compiled = compileWorkflow(yaml)
      const undisturbed = await drive(compiled, seed)
      const cuts = [0, 1].map((which) => 1 + Math.floor(drawFrom(seed, which) * undisturbed.writes))
      const end = await drive(compiled, seed, {
        judge: (nth) => (cuts.includes(nth) ? (FATES[Math.floor(drawFrom(seed, nth) * 2)] ?? 'lose') : 'pass'),
      })
      assert.equal(end.problems, [])
      assert.equal(endOf(end), endOf(undisturbed))
    }),
    { numRuns: 25 },
  )
})

test('J3 an effect in flight is performed again with the same key, or fails as outcome_unknown where a second attempt may do harm', async () => {
  const workflow = (policy: string): CompiledWorkflow =>
    compileWorkflow(`
steps:
  - { id: a, tool: http.post, with: { url: "https://example.org/", json: {} }${policy} }
`)
  const kill = { judge: (nth: number): WriteFate => (nth === 2 ? 'lose' : 'pass') }
  const unknown = await drive(workflow(''), 1, kill)
  assert.equal([unknown.record.error?.code, unknown.record.error?.step], ['outcome_unknown', 'a'])
  assert.is(unknown.starts.get('a#1'), 1)
  const again = await drive(workflow(', on_lost: retry'), 1, kill)
  assert.is(again.starts.get('a#1'), 2)
  assert.is(again.record.error?.code, (await drive(workflow(''), 1)).record.error?.code)
})

test('a step that kills its process does so at most retry.max + 2 times', async () => {
  const compiled = compileWorkflow('steps: [{ id: a, llm: mock/echo, prompt: x, retry: { max: 1 } }]')
  const { record, starts, rows } = await drive(compiled, 1, {
    onQuiet({ watched }) {
      watched.isDead = true
      return true
    },
  })
  assert.is(starts.get('a#1'), 3)
  assert.equal([record.error?.code, record.error?.details], ['outcome_unknown', { attempts: 3 }])
  assert.equal(
    rows.map(({ kind }) => kind),
    ['created', 'lost', 'lost', 'lost', 'outcome'],
  )
})

test.run()
