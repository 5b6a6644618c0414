import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CompiledWorkflow } from '../../src/compiler/compile.ts'
import { FINALLY_MS } from '../../src/core/machine-ends.ts'
import type { FinallyCut } from '../../src/store/journal-data.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { RunRecord } from '../../src/store/store.ts'
import { compileFamily, compileWorkflow } from '../support/compile-workflow.ts'
import { type DrivenEnd, type DrivenOptions, type DrivenProcess, driveRun } from '../support/driven-run.ts'
import { createStartCheck } from '../support/journal-checks.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { startWorkflow } from '../support/run-workflow.ts'
import { type Decision, ScriptedWorld } from '../support/scripted-world.ts'

interface Finished extends DrivenEnd {
  performed: string[]
  /** Data of the events that were emitted. */
  told: unknown[]
}

interface Setting extends Partial<Omit<DrivenOptions, 'compiled'>> {
  clock?: ManualClock
}

/** An effect without an outcome of its own gives `{ text: PATH#VISIT }`. */
const runWith = async (
  workflow: string,
  outcomes: Record<string, Decision> = {},
  { clock = createManualClock(), ...options }: Setting = {},
): Promise<Finished> => {
  const store = createMemoryStore({ now: () => clock.now() })
  const compiled = compileWorkflow(workflow)
  const check = createStartCheck(compiled, store)
  const performed: string[] = []
  const world = new ScriptedWorld({
    decide: (id) => outcomes[id] ?? { output: { text: id } },
    onPerform: (id, runId) => {
      performed.push(id)
      if (runId !== '') check.onPerform(id, runId)
    },
  })
  const end = await driveRun({ compiled, world, clock, store, input: {}, ...options })
  assert.equal(await check.finish(), [])
  return { ...end, performed, told: (await store.listEvents()).map(({ data }) => data) }
}

const FAILED: Decision = { fault: { code: 'tool_failed', retryable: false } }
const REFUSED: Decision = { fault: { code: 'refused', retryable: false } }

const ask = (id: string, more = ''): string => `  - { id: ${id}, llm: mock/echo, prompt: x${more} }\n`

/** Emits the end of the run as the steps of `finally` see it. */
const TELL = `
  - id: told
    emit: ended
    with:
      status: "\${run.status}"
      code: "\${error.?code.orValue('none')}"
      a: "\${steps.a.status}"
`

const TWO = `
steps:
${ask('a')}${ask('b')}
finally:${TELL}${ask('clean')}${ask('last')}
`

const OUTPUT = 'output: { a: steps.a.output.text }\n'

const endOf = ({ status, output, error }: Pick<RunRecord, 'status' | 'output' | 'error'>) => ({
  status,
  output,
  code: error?.code ?? null,
})

/** The reason for which `finally` did not complete, as the exit of the run and its journal tell it. */
const cutOf = ({ exit, rows }: Finished): FinallyCut | undefined => {
  const cut = exit.kind === 'ended' ? exit.finallyCut : undefined
  const [, noted] = rows.flatMap((row) => (row.kind === 'finally' ? [row.data] : []))
  assert.equal(noted, cut)
  return cut
}

/** Acts once in each process, as soon as the effect at this path is open. */
const atStep = (
  path: string,
  act: (process: DrivenProcess) => void,
  times = 1,
): NonNullable<DrivenOptions['onQuiet']> => {
  let left = times
  return (process) => {
    if (left === 0 || process.run.state.openEffects().every((effect) => effect.path !== path)) return false
    left--
    act(process)
    return true
  }
}

const test = suite('finally')

test('a run that completes ends with its output, after its finally', async () => {
  const { record, performed, told } = await runWith(TWO + OUTPUT)
  assert.equal(endOf(record), { status: 'completed', output: { a: 'a#1' }, code: null })
  assert.equal(performed, ['a#1', 'b#1', 'clean#1', 'last#1'])
  assert.equal(told, [{ status: 'completed', code: 'none', a: 'completed' }])
})

test('without an output the run gives that of the step that ended it, and not that of finally', async () => {
  const { record } = await runWith(TWO)
  assert.equal(record.output, { text: 'b#1' })
})

test('a run that fails ends with its fault, after its finally', async () => {
  const { record, performed, told } = await runWith(TWO, { 'a#1': FAILED })
  assert.equal(endOf(record), { status: 'failed', output: null, code: 'tool_failed' })
  assert.is(record.error?.step, 'a')
  assert.equal(performed, ['a#1', 'clean#1', 'last#1'])
  assert.equal(told, [{ status: 'failed', code: 'tool_failed', a: 'failed' }])
})

test('a cancelled run ends as cancelled, after its finally', async () => {
  const { record, performed, told } = await runWith(TWO, {}, { onQuiet: atStep('a', ({ run }) => run.cancel('ann')) })
  assert.equal(endOf(record), { status: 'cancelled', output: null, code: null })
  assert.equal(performed, ['a#1', 'clean#1', 'last#1'])
  assert.equal(told, [{ status: 'cancelled', code: 'none', a: 'cancelled' }])
})

test('the steps of finally run also when the limit of steps is used up, and do not count', async () => {
  const { record, performed, told } = await runWith(`limits: { steps: 1 }${TWO}`)
  assert.is(record.error?.code, 'budget_exceeded')
  assert.equal(performed, ['a#1', 'clean#1', 'last#1'])
  assert.equal(told, [{ status: 'failed', code: 'budget_exceeded', a: 'completed' }])
})

test('a fault of the output is an end that finally follows', async () => {
  const { record, told } = await runWith(`${TWO}output: { n: "1 / (run.id == 'x' ? 1 : 0)" }\n`)
  assert.is(record.error?.code, 'expression_failed')
  assert.equal(told, [{ status: 'failed', code: 'expression_failed', a: 'completed' }])
})

test('next: end leads to finally, and in finally to its end', async () => {
  const { performed, record } = await runWith(`
steps:
${ask('a', ', on_error: b, next: end')}${ask('b')}
finally:${TELL}${ask('clean', ', on_error: last, next: end')}${ask('last')}
`)
  assert.is(record.status, 'completed')
  assert.equal(performed, ['a#1', 'clean#1'])
})

test('finally follows undo, and undoes nothing of its own', async () => {
  const undo = ', key: run.id, undo: { tool: http.delete, with: { url: "http://127.0.0.1/" } }'
  const { record, performed } = await runWith(
    `
steps:
${ask('a', undo)}${ask('b')}
finally:
${ask('clean', undo)}${ask('last')}
`,
    { 'b#1': FAILED, 'last#1': REFUSED },
  )
  assert.equal(endOf(record), { status: 'failed', output: null, code: 'tool_failed' })
  assert.equal(performed, ['a#1', 'b#1', 'run--undo/a#1', 'clean#1', 'last#1'])
})

test('a fault in finally ends it, is noted, and leaves the end of the run as it was', async () => {
  const finished = await runWith(TWO + OUTPUT, { 'clean#1': REFUSED })
  assert.equal(endOf(finished.record), { status: 'completed', output: { a: 'a#1' }, code: null })
  assert.equal(finished.performed, ['a#1', 'b#1', 'clean#1'])
  const cut = cutOf(finished)
  assert.is(cut !== undefined && 'fault' in cut && `${cut.step} ${cut.fault.code}`, 'clean refused')
})

test('a fault that a step of finally handles does not end it', async () => {
  const finished = await runWith(TWO.replace('id: clean,', 'id: clean, on_error: continue,'), { 'clean#1': REFUSED })
  assert.equal(finished.performed, ['a#1', 'b#1', 'clean#1', 'last#1'])
  assert.is(cutOf(finished), undefined)
})

test('a cancel during finally ends it, and leaves the end of the run as it was', async () => {
  const onQuiet = atStep('clean', ({ run }) => run.cancel('ann'))
  const finished = await runWith(TWO + OUTPUT, { 'clean#1': 'never' }, { onQuiet })
  assert.equal(endOf(finished.record), { status: 'completed', output: { a: 'a#1' }, code: null })
  assert.equal(cutOf(finished), { is_cancelled: true })
  assert.is(finished.rows.filter(({ kind, path }) => kind === 'stopped' && path === 'clean').length, 1)
})

test('finally may take five minutes', async () => {
  const finished = await runWith(`steps:\n${ask('a')}finally: [{ id: e, wait: { event: never } }]`)
  assert.is(finished.record.status, 'completed')
  const cut = cutOf(finished)
  assert.is(cut !== undefined && 'fault' in cut && cut.fault.code, 'timeout')
  const [begun = 0, over = 0] = finished.rows.flatMap(({ kind, at }) => (kind === 'finally' ? [at] : []))
  assert.is(over - begun, FINALLY_MS)
})

test('the time limit of the run neither ends its finally nor shortens it', async () => {
  const slow = `limits: { time: 1m }\nsteps:\n${ask('a')}finally:${TELL}  - { id: nap, wait: { for: 3m } }\n${ask('last')}`
  const inTime = await runWith(slow)
  assert.is(inTime.record.status, 'completed')
  assert.is(inTime.performed.at(-1), 'last#1')
  assert.equal(
    inTime.rows.filter(({ kind }) => kind === 'budget' || kind === 'late'),
    [],
  )
  const late = await runWith(slow, { 'a#1': 'never' })
  assert.equal(late.told, [{ status: 'failed', code: 'budget_exceeded', a: 'cancelled' }])
  assert.is(late.performed.at(-1), 'last#1')
})

test('items of finally see the end of the run, and a handler in it its own fault', async () => {
  const { told } = await runWith(
    `
steps:
${ask('a')}
finally:
  - id: each
    foreach: "['one', 'two']"
    as: item
    concurrency: 1
    do: [{ id: seen, emit: seen, with: { item: "\${item}", status: "\${run.status}", code: "\${error.?code.orValue('')}" } }]
${ask('bad', ', on_error: handler, next: end')}
  - { id: handler, emit: handled, with: { code: "\${error.code}", status: "\${run.status}" } }
`,
    { 'a#1': FAILED, 'bad#1': REFUSED },
  )
  assert.equal(told, [
    { item: 'one', status: 'failed', code: 'tool_failed' },
    { item: 'two', status: 'failed', code: 'tool_failed' },
    { code: 'refused', status: 'failed' },
  ])
})

const ENDS: { status: string; outcomes: Record<string, Decision>; onQuiet?: () => Setting['onQuiet'] }[] = [
  { status: 'completed', outcomes: {} },
  { status: 'failed', outcomes: { 'b#1': FAILED } },
  {
    status: 'cancelled',
    outcomes: { 'b#1': 'never' },
    // A cancel that dies with its process is sent again.
    onQuiet: () => atStep('b', ({ run }) => run.cancel('ann'), Number.POSITIVE_INFINITY),
  },
]

/** A step with a key is repeated when its attempt was lost. */
const KEYED = TWO.replaceAll(
  'llm: mock/echo, prompt: x',
  'tool: http.post, key: run.id, with: { url: "http://127.0.0.1/" }',
)

const outcomesOf = ({ rows }: DrivenEnd): string[] =>
  rows.flatMap(({ kind, path, visit }) => (kind === 'outcome' ? [`${path}#${visit}`] : []))

for (const { status, outcomes, onQuiet } of ENDS)
  test(`the finally of a run that has ${status} is performed once, wherever its process dies`, async () => {
    const play = (setting: Setting): Promise<Finished> => {
      const act = onQuiet?.()
      return runWith(KEYED, outcomes, { ...setting, ...(act && { onQuiet: act }) })
    }
    const whole = await play({})
    assert.is(whole.record.status, status)
    assert.equal(outcomesOf(whole).slice(-2), ['clean#1', 'last#1'])
    for (let cut = 1; cut <= whole.writes; cut++)
      for (const fate of ['lose', 'keep'] as const) {
        const cutOff = await play({ judge: (nth) => (nth === cut ? fate : 'pass') })
        assert.equal(endOf(cutOff.record), endOf(whole.record), `write ${cut}, ${fate}`)
        assert.equal(outcomesOf(cutOff), outcomesOf(whole), `write ${cut}, ${fate}`)
        assert.equal(cutOff.told, whole.told)
      }
  })

test('a finally that no process performed for a day has its whole time when the run is resumed', async () => {
  const clock = createManualClock()
  const die = atStep('clean', ({ watched }) => {
    watched.isDead = true
  })
  const finished = await runWith(
    KEYED,
    {},
    {
      clock,
      async onQuiet(process) {
        if ((await die(process)) !== true) return false
        await clock.advance(86_400_000)
        return true
      },
    },
  )
  assert.is(finished.processes, 2)
  assert.is(cutOf(finished), undefined)
  assert.equal(finished.performed.slice(-3), ['clean#1', 'clean#1', 'last#1'])
})

const pause = ({ run }: DrivenProcess): void => run.receive({ id: 'p', kind: 'pause', body: { by: 'ann' } })

test('a pause does not hold finally back', async () => {
  const finished = await runWith(TWO, {}, { onQuiet: atStep('clean', pause) })
  assert.is(finished.record.status, 'completed')
  assert.is(finished.performed.at(-1), 'last#1')
  const acts = [pause, ({ run }: DrivenProcess) => run.cancel('ann')]
  const onQuiet = atStep('a', (process) => acts.shift()?.(process), 2)
  const cancelled = await runWith(TWO, { 'a#1': 'never' }, { onQuiet })
  assert.is(cancelled.record.status, 'cancelled')
  assert.equal(cancelled.performed, ['a#1', 'clean#1', 'last#1'])
})

const SLOW = (text: string, delay: string): string =>
  `llm: mock/script, prompt: x, params: { script: [{ text: ${text}, delay: ${delay} }] }`

const FAMILY: CompiledWorkflow = compileFamily('steps: [{ id: sub, workflow: ./child.yaml }]', {
  './child.yaml': `workflow: child
steps: [{ id: work, ${SLOW('done', '10s')} }]
finally: [{ id: clean, ${SLOW('cleaned', '60s')} }]
`,
})

for (const [moment, afterMs, status] of [
  ['works', 5_000, 'cancelled'],
  ['is in its finally', 15_000, 'completed'],
] as const)
  test(`a child run that ${moment} when its parent is cancelled runs its finally to the end`, async () => {
    const { run, clock, store, finish } = await startWorkflow(FAMILY)
    await clock.advance(afterMs)
    run.cancel('ann')
    const exit = await finish()
    assert.is(exit.kind === 'ended' && exit.end.status, 'cancelled')
    const [child] = await store.listRuns({ parent: run.id })
    assert.is(child?.status, status)
    const rows = await store.readJournal(child?.id ?? '')
    assert.ok(rows.some(({ kind, path }) => kind === 'outcome' && path === 'clean'))
  })

test('a run that is cancelled in the queue runs no finally', async () => {
  const { local, store, clock } = await startWorkflow(`steps:\n${ask('a')}`)
  const submitted = await local.submit(compileWorkflow(TWO))
  await store.post(submitted.run.id, { id: 'c', kind: 'cancel', body: { by: 'ann' } })
  const resumed = await local.resume(submitted.run.id)
  assert.is(resumed.kind, 'resumed')
  const exit = resumed.kind === 'resumed' ? await resumed.run.exited : undefined
  assert.is(exit?.kind === 'ended' && exit.end.status, 'cancelled')
  const rows = await store.readJournal(submitted.run.id)
  assert.equal(
    rows.map(({ kind }) => kind),
    ['created', 'cancel'],
  )
  await clock.advance(1)
})

test.run()
