import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { recoverRun } from '../../src/runtime/recovery.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { startWorkflow } from '../support/run-workflow.ts'

const LONG = `
steps:
  - id: l
    loop: { until: iter.count >= 5000, max: 10000 }
    do: [{ id: a, set: { n: iter.count } }]
`

const test = suite('a run with much work and no effects')

test('lets other runs have their turn, and ends the same', async () => {
  const { finish, rows } = await startWorkflow(LONG)
  const exit = await finish()
  assert.equal(exit.kind === 'ended' && exit.end.output, { n: 5000 })
  const pauses = (await rows()).filter(({ kind }) => kind === 'timer')
  assert.ok(pauses.length >= 10, `${pauses.length} pauses`)
  assert.ok(pauses.length <= 100, `${pauses.length} pauses`)
})

test('can be cancelled in the middle', async () => {
  const { run, finish } = await startWorkflow(LONG)
  run.cancel('test')
  const exit = await finish()
  assert.is(exit.kind === 'ended' && exit.end.status, 'cancelled')
})

test('J4: pauses at the same places when its journal is folded again', async () => {
  const { finish, rows, run } = await startWorkflow(LONG)
  await finish()
  const journal = await rows()
  const compiled = compileWorkflow(LONG)
  for (const length of [1, 2, 7, journal.length]) {
    const { state, defect } = recoverRun(run.id, compiled, journal.slice(0, length))
    assert.is(defect, undefined)
    assert.is(state.openTimers().length, length === journal.length ? 0 : 1)
  }
})

test.run()
