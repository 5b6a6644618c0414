import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listAftermath, readAftermath } from '../../../src/service/control/aftermath.ts'
import { startWorkflow } from '../../support/run-workflow.ts'

const BAD = `{ id: bad, llm: mock/script, prompt: x, params: { script: [{ fault: refused }] } }`

const readOf = async (workflow: string) => {
  const { run, store, finish, rows } = await startWorkflow(workflow)
  await finish()
  const found = await store.findRun(run.id)
  if (found.kind !== 'found') throw new Error('the run is gone')
  const read = await readAftermath(store, found.run)
  assert.equal(listAftermath(found.run.status, await rows()), read)
  return { status: found.run.status, ...read }
}

const BROKEN = { status: 'failed', step: 'bad', error: { code: 'refused', message: 'as the script says' } }

const test = suite('aftermath of a run')

test('the fault that ended a finally is told, whichever way the run ended', async () => {
  const completed = await readOf(`steps: [{ id: a, set: { n: 1 } }]\nfinally: [${BAD}]`)
  assert.equal(completed, { status: 'completed', undone: [], finally: BROKEN })
  const failed = await readOf(`steps: [{ id: no, fail: { code: gone, message: no } }]\nfinally: [${BAD}]`)
  assert.equal(failed, { status: 'failed', undone: [], finally: BROKEN })
})

test('a finally that completed, and none at all, tell nothing', async () => {
  const handled = BAD.replace('prompt: x,', 'prompt: x, on_error: continue,')
  for (const rest of ['', 'finally: [{ id: b, set: { n: 1 } }]', `finally: [${handled}]`])
    assert.is((await readOf(`steps: [{ id: a, set: { n: 1 } }]\n${rest}`)).finally, null)
})

test.run()
