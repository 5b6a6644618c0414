/** Progress without a terminal, as a log keeps it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPlainView } from '../../../src/cli/view/plain-view.ts'
import { createChannel } from '../../support/channel.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { startWorkflow } from '../../support/run-workflow.ts'

/** Lines of a run that ends, without the first one, which has its id. */
const readProgress = async (workflow: string): Promise<string[]> => {
  const { run, notices, clock, finish } = await startWorkflow(workflow)
  await finish()
  const channel = createChannel()
  const view = createPlainView(channel, { workflow: compileWorkflow(workflow), isResumed: false }, clock)
  // The run has gone on before its view is told of it.
  for (const notice of notices.slice(0, 5)) view.take(notice)
  view.begin(run)
  for (const notice of notices.slice(5)) view.take(notice)
  view.end()
  return channel.text().trimEnd().split('\n').slice(1)
}

const test = suite('plain view')

test('a wait that is over at once has a line for its start and one for its end', async () => {
  const lines = await readProgress('steps:\n  - id: nap\n    wait: { for: 1ms }\n')
  assert.equal(lines, ['  nap: started', '  nap: completed in 1ms'])
})

test('each visit of a loop has its lines, in the order in which they happened', async () => {
  const lines = await readProgress(`
steps:
  - id: again
    loop: { until: iter.count >= 2, max: 3 }
    do:
      - { id: tick, wait: { for: 5ms } }
      - { id: note, set: { n: iter.count } }
`)
  const round = ['    tick: started', '    tick: completed in 5ms', '    note: completed']
  assert.equal(lines, ['  again: started', ...round, ...round, '  again: completed in 10ms'])
})

test('a loop of one step reports the end of each visit before the start of the next', async () => {
  const lines = await readProgress(`
steps:
  - id: again
    loop: { until: iter.count >= 2, max: 3 }
    do: [{ id: tick, wait: { for: 5ms } }]
`)
  const round = ['    tick: started', '    tick: completed in 5ms']
  assert.equal(lines, ['  again: started', ...round, ...round, '  again: completed in 10ms'])
})

test('a visit that the next one replaced at once has ended, and how is not said', async () => {
  const lines = await readProgress(`
steps:
  - id: again
    loop: { until: iter.count >= 2, max: 3 }
    do: [{ id: tick, when: iter.first, wait: { for: 5ms } }]
`)
  assert.equal(lines.slice(1, 4), ['    tick: started', '    tick: ended in 5ms', '    tick: skipped'])
})

test('steps before the first wait are reported in order, also those that ran twice', async () => {
  const lines = await readProgress(`
steps:
  - id: twice
    loop: { until: iter.count >= 2, max: 2 }
    do: [{ id: note, set: { n: iter.count } }]
  - { id: nap, wait: { for: 1ms } }
`)
  assert.equal(lines, [
    '  twice: started',
    '    note: completed',
    '    note: completed',
    '  twice: completed in 0ms',
    '  nap: started',
    '  nap: completed in 1ms',
  ])
})

test('a foreach counts its items when it ends, and one item is no plural', async () => {
  const lines = await readProgress('steps:\n  - id: each\n    foreach: "[1]"\n    do: [{ id: x, set: { n: item } }]\n')
  assert.equal(lines, ['  each: started', '  each: completed in 0ms, 1 item'])
})

test('a storm of retries is summed up before the end of its step', async () => {
  const lines = await readProgress(`
steps:
  - id: ask
    llm: mock/script
    prompt: hello
    params: { script: [{ fault: rate_limited }] }
    retry: { max: 9, backoff: 1s..1s, jitter: false }
    on_error: continue
`)
  assert.equal(lines, [
    '  ask: started',
    '  ask: attempt 1 failed: rate_limited: as the script says (again in 1.0s)',
    '  ask: attempt 2 failed: rate_limited: as the script says (again in 1.0s)',
    '  ask: attempt 3 failed: rate_limited: as the script says (again in 1.0s)',
    '  ask: retried 5 times in 0ms, last: rate_limited: as the script says',
    '  ask: failed in 8.0s, 9 attempts: rate_limited: as the script says',
  ])
})

test('finally is shown as a block around its steps, with the reason for which it did not complete', async () => {
  const lines = await readProgress(`
steps: [{ id: no, fail: { code: gone, message: It is gone } }]
finally:
  - { id: nap, wait: { for: 5ms } }
  - { id: bad, llm: mock/script, prompt: x, params: { script: [{ fault: refused }] } }
  - { id: never, set: { n: 1 } }
`)
  assert.equal(lines, [
    '  no: failed: gone: It is gone',
    '  finally: started',
    '    nap: started',
    '    nap: completed in 5ms',
    '    bad: started',
    '    bad: failed in 0ms: refused: as the script says',
    '  finally: failed in 5ms: refused: as the script says',
  ])
})

test.run()
