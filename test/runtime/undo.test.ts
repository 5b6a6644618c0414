import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { type DrivenOptions, driveRun } from '../support/driven-run.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { type Decision, ScriptedWorld } from '../support/scripted-world.ts'

const TOOL = 'http.post, with: { url: "http://127.0.0.1/" }'
const undo = (step: string): string =>
  `undo: { tool: http.delete, with: { url: "http://127.0.0.1/\${steps.${step}.status}" } }`

const runWith = async (yaml: string, outcomes: Record<string, Decision>, options: Partial<DrivenOptions> = {}) => {
  const clock = createManualClock(Date.UTC(2030, 0, 1))
  const performed: string[] = []
  const world = new ScriptedWorld({
    decide: (id) => outcomes[id] ?? { output: { status: 200, headers: {}, body: null } },
    onPerform: (id) => performed.push(id),
  })
  const store = createMemoryStore({ now: () => clock.now() })
  const end = await driveRun({ compiled: compileWorkflow(yaml), world, clock, store, input: {}, ...options })
  return { ...end, performed }
}

const FAILED: Decision = { fault: { code: 'tool_failed', retryable: false } }

const THREE = `
steps:
  - { id: a, tool: ${TOOL}, ${undo('a')} }
  - { id: b, tool: ${TOOL} }
  - { id: c, tool: ${TOOL}, ${undo('c')} }
  - { id: d, tool: ${TOOL}, ${undo('d')} }
`

const test = suite('undo')

test('completed steps are undone in reverse when the run fails, and the end lists them', async () => {
  const { record, performed, exit } = await runWith(THREE, { 'd#1': FAILED })
  assert.is(record.status, 'failed')
  assert.is(record.error?.code, 'tool_failed')
  assert.equal(performed, ['a#1', 'b#1', 'c#1', 'd#1', 'run--undo/c#1', 'run--undo/a#1'])
  assert.equal(exit.kind === 'ended' && exit.undone, [
    { path: 'c', visit: 1 },
    { path: 'a', visit: 1 },
  ])
})

test('a run that completes undoes nothing', async () => {
  const { record, performed } = await runWith(THREE, {})
  assert.is(record.status, 'completed')
  assert.equal(performed, ['a#1', 'b#1', 'c#1', 'd#1'])
})

test('undoing asks for no approval', async () => {
  const yaml = `
tools: { give_back: { tool: http.delete, approval: always } }
steps:
  - { id: a, tool: ${TOOL}, undo: { tool: give_back, with: { url: "http://127.0.0.1/" } } }
  - { id: no, fail: { code: gone, message: no } }
`
  const { performed, record } = await runWith(yaml, {})
  assert.equal(performed, ['a#1', 'run--undo/a#1'])
  assert.is(record.error?.code, 'gone')
})

test('a step that cannot be undone is reported, and the others are undone', async () => {
  const { exit, performed } = await runWith(THREE, { 'd#1': FAILED, 'run--undo/c#1': FAILED })
  assert.equal(performed.slice(4), ['run--undo/c#1', 'run--undo/a#1'])
  const undone = exit.kind === 'ended' ? exit.undone : undefined
  assert.equal(
    undone?.map(({ path, fault }) => [path, fault?.code]),
    [
      ['c', 'tool_failed'],
      ['a', undefined],
    ],
  )
})

test('a cancelled run is undone before it ends; a second cancel does not stop that', async () => {
  let cancels = 0
  const { record, performed } = await runWith(
    THREE,
    { 'd#1': 'never' },
    {
      onQuiet({ run }) {
        const isAt = isWorking(run.state.openEffects().map(({ path }) => path))
        if (!isAt || cancels === 2) return false
        cancels++
        run.cancel('test')
        return true
      },
    },
  )
  assert.is(cancels, 2)
  assert.is(record.status, 'cancelled')
  assert.equal(performed.slice(4), ['run--undo/c#1', 'run--undo/a#1'])
})

const isWorking = (paths: readonly string[]): boolean => paths.includes('d') || paths.includes('run--undo/c')

test('steps of foreach items are undone too, one after the other', async () => {
  const yaml = `
steps:
  - id: items
    foreach: "[1, 2]"
    as: item
    do: [{ id: book, tool: ${TOOL}, ${undo('book')} }]
  - { id: no, fail: { code: gone, message: no } }
`
  const { performed } = await runWith(yaml, {})
  assert.equal(performed.slice(0, 2).sort(), ['items[0]/book#1', 'items[1]/book#1'])
  assert.equal(performed.slice(2).sort(), ['run--undo/items[0]/book#1', 'run--undo/items[1]/book#1'])
})

test('an undo call is no step of the run: limits.steps does not stop it', async () => {
  const yaml = `
limits: { steps: 1 }
steps:
  - { id: a, tool: ${TOOL}, ${undo('a')} }
  - { id: no, fail: { code: gone, message: no } }
`
  const { record, performed, exit } = await runWith(yaml, {})
  assert.is(record.error?.code, 'gone')
  assert.equal(performed, ['a#1', 'run--undo/a#1'])
  assert.equal(exit.kind === 'ended' && exit.undone, [{ path: 'a', visit: 1 }])
})

test('an exceeded limit undoes the completed steps', async () => {
  const { record, performed } = await runWith(`limits: { steps: 2 }${THREE}`, {})
  assert.is(record.error?.code, 'budget_exceeded')
  assert.equal(performed, ['a#1', 'b#1', 'run--undo/a#1'])
})

const KEYED = THREE.replaceAll('tool: http.post', 'key: run.id, tool: http.post')

test('undoing goes on after a crash, and repeats no recorded call', async () => {
  let writes = 0
  const { record, performed, processes } = await runWith(
    KEYED,
    { 'd#1': FAILED },
    // Right after the first undo call was recorded.
    {
      judge: (_nth, { rows = [] }) =>
        rows.some(({ path }) => path === 'run--undo/c') && writes++ === 0 ? 'keep' : 'pass',
    },
  )
  assert.is(processes, 2)
  assert.is(record.status, 'failed')
  assert.is(performed.filter((id) => id === 'run--undo/c#1').length, 1)
  assert.is(performed.filter((id) => id === 'run--undo/a#1').length, 1)
})

test('an undo call with an unknown outcome is not made twice', async () => {
  let writes = 0
  const { exit, performed } = await runWith(
    THREE,
    { 'd#1': FAILED },
    {
      judge: (_nth, { rows = [] }) =>
        rows.some(({ path }) => path === 'run--undo/c') && writes++ === 0 ? 'lose' : 'pass',
    },
  )
  assert.is(performed.filter((id) => id === 'run--undo/c#1').length, 1)
  const undone = exit.kind === 'ended' ? exit.undone : undefined
  assert.is(undone?.[0]?.fault?.code, 'outcome_unknown')
})

test.run()
