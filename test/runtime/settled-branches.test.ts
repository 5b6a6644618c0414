import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { type DrivenOptions, driveRun } from '../support/driven-run.ts'
import { createStartCheck } from '../support/journal-checks.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { type Decision, ScriptedWorld } from '../support/scripted-world.ts'

const CALL = 'tool: http.post, key: run.id, with: { url: "http://127.0.0.1/" }'
const UNDO = 'undo: { tool: http.delete, with: { url: "http://127.0.0.1/" } }'

const BRANCHES = `
steps:
  - id: p
    parallel:
      one: [{ id: a, ${CALL}, ${UNDO} }, { id: b, ${CALL} }]
      two: [{ id: c, ${CALL}, ${UNDO} }]
      three: [{ id: d, ${CALL} }, { id: e, ${CALL}, ${UNDO} }]
    join: settled
  - id: judge
    switch: [{ when: "!steps.p.output.one.ok || !steps.p.output.two.ok", next: no }]
  - { id: yes, set: { x: 1 }, next: end }
  - { id: no, fail: { code: not_whole, message: "\${steps.p.output.one.ok}, \${steps.p.output.two.ok}" } }
output: { p: steps.p.output }
`

const DONE: Decision = { output: { status: 200, headers: {}, body: null, url: '' } }
const FAILED: Decision = { fault: { code: 'tool_failed', retryable: false } }

const runWith = async (outcomes: Record<string, Decision>, options: Partial<DrivenOptions> = {}) => {
  const clock = createManualClock(Date.UTC(2030, 0, 1))
  const store = createMemoryStore({ now: () => clock.now() })
  const compiled = compileWorkflow(BRANCHES)
  const check = createStartCheck(compiled, store)
  const performed: string[] = []
  const world = new ScriptedWorld({
    decide: (id) => outcomes[id] ?? DONE,
    onPerform: (id, runId) => {
      performed.push(id)
      if (runId !== '') check.onPerform(id, runId)
    },
  })
  const end = await driveRun({ compiled, world, clock, store, input: {}, ...options })
  assert.equal(await check.finish(), [])
  return { ...end, performed }
}

const test = suite('settled branches')

test('a run whose branches are settled ends the same, wherever its process dies', async () => {
  const outcomes = { 'b#1': FAILED, 'd#1': FAILED }
  const whole = await runWith(outcomes)
  assert.is(whole.record.error?.code, 'not_whole')
  assert.is(whole.record.error?.message, 'false, true')
  for (let cut = 1; cut <= whole.writes; cut++)
    for (const fate of ['lose', 'keep'] as const) {
      const cutOff = await runWith(outcomes, { judge: (nth) => (nth === cut ? fate : 'pass') })
      assert.equal(cutOff.record.error, whole.record.error, `write ${cut}, ${fate}`)
      assert.equal(cutOff.rows.map(toEvent).filter(isOutcome), whole.rows.map(toEvent).filter(isOutcome))
      if (cut < whole.writes) assert.is(cutOff.processes, 2)
    }
})

const toEvent = ({ kind, path, visit }: { kind: string; path: string; visit: number }): string =>
  `${kind} ${path}#${visit}`
const isOutcome = (event: string): boolean => event.startsWith('outcome ')

test('what completed in settled branches is undone when the run fails afterwards', async () => {
  const { exit, performed } = await runWith({ 'b#1': FAILED })
  const undone = exit.kind === 'ended' ? (exit.undone ?? []) : []
  assert.equal(undone.map(({ path }) => path).sort(), ['a', 'c', 'e'])
  assert.is(performed.filter((id) => id.startsWith('run--undo/')).length, 3)
})

test('a fault in every branch but one leaves that one running, and a cancel ends it', async () => {
  const outcomes: Record<string, Decision> = { 'a#1': FAILED, 'c#1': 'never', 'd#1': FAILED }
  let isCancelled = false
  const { record, rows } = await runWith(outcomes, {
    onQuiet({ run }) {
      const open = run.state.openEffects().map(({ path }) => path)
      if (isCancelled || open.length > 1 || open[0] !== 'c') return false
      isCancelled = true
      run.cancel('ann')
      return true
    },
  })
  assert.is(record.status, 'cancelled')
  assert.is(rows.filter(({ kind }) => kind === 'stopped').length, 1)
})

test.run()
