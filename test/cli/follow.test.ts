import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Local } from '../../src/app/local.ts'
import { follow } from '../../src/cli/follow.ts'
import { createSilentView } from '../../src/cli/view/run-view.ts'
import type { Run, RunExit } from '../../src/runtime/run.ts'

const test = suite('following a run')

const followOf = (exit: RunExit, end?: Run['state']['end']) => {
  const run = { exited: Promise.resolve(exit), state: { end }, cancel: () => {} } as unknown as Run
  return follow(run, { local: {} as Local, view: createSilentView() })
}

test('a run that ended while it was being left is said to have ended', async () => {
  const exit = await followOf({ kind: 'left' }, { status: 'failed', output: null, error: null })
  assert.is(exit.kind, 'ended')
})

test('a run that was left before its end is said to be left', async () => {
  assert.is((await followOf({ kind: 'left' })).kind, 'left')
  assert.is((await followOf({ kind: 'lost' })).kind, 'lost')
})

test.run()
