import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { recoverRun } from '../../../src/runtime/recovery.ts'
import { RunState } from '../../../src/runtime/run-state.ts'
import { isEventRow } from '../../../src/store/journal-row.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { inForm } from '../../faults/form.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { driveRun } from '../../support/driven-run.ts'
import { describeState } from '../../support/journal-checks.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { compileBoth, nextMessage } from '../../support/random-outside.ts'
import { randomWorkflow } from '../../support/random-workflow.ts'
import { decideBySeed, drawFrom, ScriptedWorld } from '../../support/scripted-world.ts'
import { readKeptJournals } from './kept-journals.ts'
import { compareBudgets, describeRecovered, type KnownRun, passThrough, recoverFrom, saveAt } from './snapshot-cuts.ts'

const test = suite('saved run')

const WORKFLOWS = inForm(50, 2_000)
const CUTS = 4

/** Recovers at the row, and goes on from there in both ways. Returns false where no snapshot is made. */
const checkCut = (run: KnownRun, anew: KnownRun, cut: { takenAt: number; savedAt: number }): boolean => {
  const made = saveAt(run, cut)
  if (made === undefined) return false
  let steps = 0
  const saved = passThrough(made, () => ++steps % 3 === 0)
  assert.equal(
    describeRecovered(recoverFrom(anew, saved)),
    describeRecovered(recoverRun(run.id, run.compiled, run.rows)),
  )
  const [restoredBudget, budget] = compareBudgets(run, saved)
  assert.equal(restoredBudget, budget)

  const restored = RunState.restore(anew.compiled, saved.state)
  const { state } = recoverRun(run.id, run.compiled, run.rows.slice(0, cut.savedAt))
  for (const row of run.rows.slice(cut.savedAt)) {
    if (!isEventRow(row)) continue
    assert.equal(restored.apply(row), state.apply(row), `row ${row.seq}`)
    assert.equal(describeState(restored), describeState(state), `row ${row.seq}`)
  }
  return true
}

test('J5 recovery with a snapshot equals recovery without, whichever row it stands at', async () => {
  let cuts = 0
  await fc.assert(
    fc.asyncProperty(
      randomWorkflow({ outside: true, final: true }),
      randomWorkflow({ outside: false, prefix: 'k' }),
      fc.nat(),
      async (parent, child, seed) => {
        const compiled = compileBoth(parent, child)
        const clock = createManualClock()
        const store = createMemoryStore({ now: () => clock.now() })
        const decide = decideBySeed(seed, { withRetries: true })
        const world = new ScriptedWorld({
          decide: (id, failures) =>
            id.startsWith('run--undo') ? { output: { text: 'undone' } } : decide(id, failures),
        })
        const { rows, record } = await driveRun({
          compiled,
          world,
          clock,
          store,
          judge: (nth) => (drawFrom(seed, 'death', nth) < 0.05 ? 'keep' : 'pass'),
          async onQuiet({ run }) {
            const message = await nextMessage(run, { store, seed })
            if (message === undefined) return false
            await store.post(run.id, message)
            run.receive(message)
            return true
          },
        })
        const run = { id: record.id, compiled, rows }
        const anew = { ...run, compiled: compileBoth(parent, child) }
        for (let nth = 0; nth < CUTS; nth++) {
          const savedAt = 1 + Math.floor(drawFrom(seed, 'save', nth) * rows.length)
          const takenAt = 1 + Math.floor(drawFrom(seed, 'take', nth) * savedAt)
          if (checkCut(run, anew, { savedAt, takenAt })) cuts++
        }
      },
    ),
    { numRuns: WORKFLOWS },
  )
  assert.ok(cuts > WORKFLOWS, `${cuts} snapshots were made`)
})

for (const { name, id, workflow, rows } of readKeptJournals())
  test(`J5 each row of the kept journal ${name} can be the one that a snapshot stands at`, () => {
    const run = { id, compiled: compileWorkflow(workflow), rows }
    const anew = { ...run, compiled: compileWorkflow(workflow) }
    for (let savedAt = 1; savedAt <= rows.length; savedAt++)
      checkCut(run, anew, { savedAt, takenAt: Math.ceil(savedAt / 2) })
  })

test.run()
