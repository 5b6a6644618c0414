/** Forks that are killed: no copied effect is performed, and they end as their origins did. */

import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../../src/app/catalogue.ts'
import type { CompiledWorkflow } from '../../../src/compiler/compile.ts'
import { foldTimeline } from '../../../src/service/history/fold-timeline.ts'
import { planFork } from '../../../src/service/history/plan-fork.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { type DrivenEnd, type DrivenOptions, driveRun } from '../../support/driven-run.ts'
import { createStartCheck } from '../../support/journal-checks.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { randomWorkflow } from '../../support/random-workflow.ts'
import { decideBySeed, drawFrom, ScriptedWorld } from '../../support/scripted-world.ts'
import type { WriteFate } from '../../support/watched-store.ts'

interface Place {
  compiled: CompiledWorkflow
  seed: number
  clock: ManualClock
  store: Store
}

/** The world does not depend on the number of attempts. */
const drive = async (
  { compiled, seed, clock, store }: Place,
  options: Partial<DrivenOptions> = {},
): Promise<DrivenEnd & { problems: string[]; starts: ReadonlyMap<string, number> }> => {
  const check = createStartCheck(compiled, store)
  const decide = decideBySeed(seed)
  const world = new ScriptedWorld({ decide: (id) => decide(id, 0), onPerform: check.onPerform })
  const end = await driveRun({ compiled, world, clock, store, ...options })
  return { ...end, problems: await check.finish(), starts: world.starts }
}

const createPlace = (yaml: string, seed: number): Place => {
  const clock = createManualClock()
  return { compiled: compileWorkflow(yaml), seed, clock, store: createMemoryStore({ now: () => clock.now() }) }
}

const endOf = ({ record: { status, output, error } }: DrivenEnd) => ({ status, output, error })

const FATES = ['lose', 'keep'] as const satisfies WriteFate[]

/** Forks from any visit of any step, with a process that dies at one of its writes, or at none. */
const forkSomewhere = async (place: Place, { origin, draw }: { origin: DrivenEnd; draw: number }) => {
  const { compiled, seed, clock, store } = place
  const { visits } = foldTimeline(compiled, { runId: origin.record.id, rows: origin.rows }).timeline
  const from = visits[Math.floor(drawFrom(seed, draw) * visits.length)]
  if (from === undefined) throw new Error('a run without a step')
  const { copied, dropped, isReached } = await planFork(
    { id: origin.record.id, workflow: compiled, rows: origin.rows },
    { from, catalogue: createCatalogue(), now: clock.now() },
  )
  assert.equal([dropped, isReached], [[], true])
  const before = await store.readJournal(origin.record.id)
  const cut = 1 + Math.floor(drawFrom(seed, draw + 1) * 6)
  const fate = FATES[Math.floor(drawFrom(seed, draw + 2) * 2)] ?? 'lose'
  const end = await drive(place, { copied, judge: (nth) => (nth === cut ? fate : 'pass') })
  assert.equal(end.problems, [])
  assert.equal(endOf(end), endOf(origin), `from ${from.path}#${from.visit}`)
  assert.equal(await store.readJournal(origin.record.id), before)
  const known = copied.past.rows.filter(({ kind }) => kind === 'outcome').map(({ path, visit }) => `${path}#${visit}`)
  assert.equal(
    known.filter((id) => end.starts.has(id)),
    [],
  )
  return end.processes
}

const test = suite('a fork that is killed')

test('J3 performs no copied effect, and ends as its origin did', async () => {
  let deaths = 0
  await fc.assert(
    fc.asyncProperty(randomWorkflow({ attempts: false, final: true }), fc.nat(), async (yaml, seed) => {
      const place = createPlace(yaml, seed)
      const origin = await drive(place)
      for (let draw = 0; draw < 12; draw += 3) deaths += (await forkSomewhere(place, { origin, draw })) - 1
    }),
    { numRuns: 40 },
  )
  assert.ok(deaths > 20, `only ${deaths} deaths`)
})

test('uses its own idempotency keys, or those of its origin on request, also after a kill', async () => {
  const place = createPlace('steps: [{ id: a, llm: mock/echo, prompt: x }, { id: b, llm: mock/echo, prompt: y }]', 1)
  const { compiled, clock, store } = place
  const origin = await drive(place)
  for (const sameKeys of [false, true]) {
    const { copied } = await planFork(
      { id: origin.record.id, workflow: compiled, rows: origin.rows },
      { from: { path: 'b', visit: 1 }, catalogue: createCatalogue(), now: clock.now(), sameKeys },
    )
    const runs: string[] = []
    const world = new ScriptedWorld({
      decide: () => ({ output: { text: 'b' } }),
      onPerform: (_, run) => runs.push(run),
    })
    const end = await driveRun({ compiled, world, clock, store, copied, judge: (nth) => (nth === 2 ? 'lose' : 'pass') })
    assert.is(end.processes, 2)
    const expected = sameKeys ? origin.record.id : copied.id
    assert.equal(runs, [expected, expected])
  }
})

test.run()
