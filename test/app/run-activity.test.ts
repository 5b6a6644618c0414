import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readRunActivity } from '../../src/app/run-activity.ts'
import type { RunActivity } from '../../src/chart/activity.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { type LocalRunOptions, startWorkflow } from '../support/run-workflow.ts'

/** What the journal says, after the run has ended or after `rows` of it. */
const activityOf = async (
  yaml: string,
  { rows, ...options }: LocalRunOptions & { rows?: number } = {},
): Promise<RunActivity> => {
  const workflow = compileWorkflow(yaml)
  const started = await startWorkflow(workflow, options)
  await started.finish()
  return readRunActivity(workflow, { runId: started.run.id, rows: (await started.rows()).slice(0, rows) })
}

const EACH = `
models: { scripted: mock/script }
input: { list: [string] }
steps:
  - id: each
    foreach: input.list
    on_item_error: skip
    do:
      - id: refuse
        when: item == ""
        fail: { code: empty, message: nothing }
      - id: say
        llm: scripted
        prompt: "\${item}"
        params: { script: [{ text: hi, delay: 2s }] }
      - { id: keep, set: { text: item } }
  - { id: never, when: "false", set: { a: "1" } }
`

const activity = suite('run activity')

activity('of a foreach all items count together', async () => {
  const found = await activityOf(EACH, { input: { list: ['a', '', 'b'] } })
  assert.equal(Object.fromEntries(found), {
    each: { status: 'completed', visits: 1, ms: 2000, failures: 0 },
    'each/refuse': { status: 'failed', visits: 1, ms: undefined, failures: 1 },
    'each/say': { status: 'completed', visits: 2, ms: 4000, failures: 0 },
    'each/keep': { status: 'completed', visits: 2, ms: undefined, failures: 0 },
    never: { status: 'skipped', visits: 0, ms: undefined, failures: 0 },
  })
})

activity('a journal that goes on says what runs', async () => {
  const found = await activityOf(EACH, { input: { list: ['a', 'b'] }, rows: 2 })
  assert.is(found.get('each')?.status, 'running')
  assert.equal(found.get('each/say'), { status: 'running', visits: 2, ms: 2000, failures: 0 })
  assert.is(found.has('never'), false)
})

activity('a loop counts its rounds, and the loser of a race is cancelled', async () => {
  const found = await activityOf(`
models: { scripted: mock/script }
steps:
  - id: round
    loop: { until: iter.count == 3, max: 5 }
    do:
      - { id: pause, wait: { for: 1s } }
  - id: race
    parallel:
      slow:
        - { id: turtle, llm: scripted, prompt: go, params: { script: [{ text: slow, delay: 30s }] } }
      fast:
        - { id: hare, llm: scripted, prompt: go, params: { script: [{ text: fast, delay: 1s }] } }
    join: any
`)
  assert.equal(found.get('pause'), { status: 'completed', visits: 3, ms: 3000, failures: 0 })
  assert.equal(found.get('round'), { status: 'completed', visits: 1, ms: 3000, failures: 0 })
  assert.is(found.get('turtle')?.status, 'cancelled')
  assert.equal(found.get('hare'), { status: 'completed', visits: 1, ms: 1000, failures: 0 })
})

activity('a step that failed is failed, whoever took over', async () => {
  const found = await activityOf(`
steps:
  - { id: read, tool: files.read, with: { path: missing.txt }, on_error: continue }
  - { id: next_one, set: { a: "1" } }
`)
  assert.is(found.get('read')?.status, 'failed')
  assert.is(found.get('read')?.failures, 1)
  assert.is(found.get('next_one')?.status, 'completed')
})

activity.run()
