import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CompiledWorkflow } from '../../src/compiler/compile.ts'
import { Cancelled } from '../../src/core/cancelled.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { driveRun } from '../support/driven-run.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'

const LINE = `
steps:
  - { id: a, llm: mock/echo, prompt: x }
  - { id: b, llm: mock/echo, prompt: x }
  - { id: c, llm: mock/echo, prompt: x }
`

const createWorld = (): ScriptedWorld => new ScriptedWorld({ decide: () => ({ output: { text: 'yes' } }) })

/** Kills the run after its third row, and resumes it on the journal as spoiled by `change`. */
const spoil = async (change: (rows: JournalRow[]) => void) => {
  const clock = createManualClock()
  const store = createMemoryStore({ now: () => clock.now() })
  const world = createWorld()
  const readRows = store.readRows.bind(store)
  let spoilt: string | undefined
  store.readRows = async (id, range) => {
    const rows = await readRows(id, range)
    if (id === spoilt) change(rows)
    return rows
  }
  const end = await driveRun({
    compiled: compileWorkflow(LINE),
    world,
    clock,
    store,
    async onQuiet({ run, watched }) {
      if (spoilt !== undefined || (await store.readJournal(run.id)).length < 3) return false
      spoilt = run.id
      watched.isDead = true
      return true
    },
  })
  // The journal of another run stays readable.
  const other = await driveRun({ compiled: compileWorkflow(LINE), world: createWorld(), clock, store })
  assert.is(other.record.status, 'completed')
  return end
}

const SPOILT: [title: string, change: (rows: JournalRow[]) => void, message: RegExp][] = [
  ['an outcome without data', ([, row]) => Object.assign(row ?? {}, { data: null }), /./],
  [
    'an outcome of a step that does not exist',
    ([, row]) => Object.assign(row ?? {}, { path: 'z' }),
    /^J4: row 2 .*'z'/,
  ],
  ['an outcome of a visit that never was', ([, row]) => Object.assign(row ?? {}, { visit: 7 }), /^J4: row 2/],
  ['an outcome twice', (rows) => Object.assign(rows[2] ?? {}, rows[1]), /^J4: row 2/],
  ['a first row that is none', ([row]) => Object.assign(row ?? {}, { kind: 'outcome' }), /^J4: .*'created'/],
]

const test = suite('defects')

for (const [title, change, message] of SPOILT) {
  test(`J8 ${title} ends the run as failed with code defect, and no other run`, async () => {
    const { record, exit } = await spoil(change)
    assert.equal([record.status, record.error?.code, exit.kind], ['failed', 'defect', 'ended'])
    assert.match(record.error?.message ?? '', message)
  })
}

const throwAtStep = (id: string): CompiledWorkflow => {
  const compiled = compileWorkflow(LINE)
  const step = compiled.root.steps.get(id)
  if (step === undefined) throw new Error(`no step ${id}`)
  step.enter = () => {
    throw new TypeError('a bug of ours')
  }
  return compiled
}

for (const [where, step, rows] of [
  ['at its first step', 'a', 1],
  ['in the middle', 'b', 2],
] as const) {
  test(`J8 a machine that throws ${where} ends its run as failed with code defect`, async () => {
    const { record, exit, rows: written } = await driveRun({ compiled: throwAtStep(step), world: createWorld() })
    assert.equal([record.status, record.error?.code, exit.kind], ['failed', 'defect', 'ended'])
    assert.match(record.error?.message ?? '', /a bug of ours/)
    assert.is(written.length, rows)
  })
}

test('J8 after a defect nothing is written behind the end, also if other effects end in the same turn', async () => {
  const compiled = compileWorkflow(`
steps:
  - id: p
    parallel:
      x: [{ id: a, llm: mock/echo, prompt: x }, { id: b, llm: mock/echo, prompt: x }]
      y: [{ id: c, llm: mock/echo, prompt: x }]
      z: [{ id: d, llm: mock/echo, prompt: x }]
`)
  const step = compiled.root.steps.get('b')
  if (step !== undefined)
    step.enter = () => {
      throw new TypeError('a bug of ours')
    }
  const world = createWorld()
  const ends: boolean[] = []
  const { record, rows, exit } = await driveRun({
    compiled,
    world,
    judge(_nth, { end }) {
      ends.push(end !== undefined)
      return 'pass'
    },
    onQuiet() {
      for (const performance of world.performances) performance.settle({ output: { text: 'yes' } })
      return true
    },
  })
  assert.equal([record.error?.code, exit.kind, rows.length], ['defect', 'ended', 2])
  assert.is(ends.indexOf(true), ends.length - 1, 'the end is the last that was written')
})

const ANSWERS: [title: string, perform: () => Promise<never>, code: string][] = [
  ['throws what is no Fault', () => Promise.reject(new TypeError('x is not a function')), 'tool_failed'],
  ['throws something that is no Error', () => Promise.reject('just text'), 'tool_failed'],
  ['throws a Cancelled without a cancel', () => Promise.reject(new Cancelled()), 'tool_failed'],
]

for (const [title, perform, code] of ANSWERS) {
  test(`J8 an actor that ${title} is a fault of its step`, async () => {
    const world = createWorld()
    world.createPlacement = () => ({ perform })
    const compiled = compileWorkflow('steps: [{ id: a, llm: mock/echo, prompt: x }]')
    const { record } = await driveRun({ compiled, world })
    assert.equal([record.status, record.error?.code, record.error?.step], ['failed', code, 'a'])
  })
}

test('J8 an actor with an endless answer is a fault of its step', async () => {
  const world = createWorld()
  const endless: Record<string, unknown> = {}
  endless.self = endless
  world.createPlacement = () => ({ perform: async () => endless as never })
  const compiled = compileWorkflow('steps: [{ id: a, llm: mock/echo, prompt: x }]')
  const { record } = await driveRun({ compiled, world, vault: new SecretVault({ TOKEN: 'planted-secret' }) })
  assert.equal([record.status, record.error?.code], ['failed', 'tool_failed'])
})

for (const [code, fate, ends] of [
  ['corrupt', 'broken', 'running'],
  ['disk_full', 'ended', 'completed'],
] as const)
  test(`a store that fails with ${code} for a while: the run is ${fate}`, async () => {
    const clock = createManualClock()
    const store = createMemoryStore({ now: () => clock.now() })
    let failures = 0
    let isFull = false
    const failing = new Proxy(store, {
      get(target, name: keyof Store) {
        if (name === 'write' && isFull && failures++ < 4) return () => Promise.reject(new StoreError(code, 'it fails'))
        const member = target[name]
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
    const held: boolean[] = []
    const { exit, record, rows } = await driveRun({
      compiled: compileWorkflow(LINE),
      world: createWorld(),
      clock,
      store: failing,
      watch: (notice) => notice.type === 'run.held' && held.push(notice.cause !== undefined),
      onQuiet({ run }) {
        isFull ||= run.state.openEffects().some(({ path }) => path === 'b')
        return false
      },
    })
    assert.equal([exit.kind, record.status], [fate, ends])
    assert.equal(
      rows.map(({ seq }) => seq),
      rows.map((_, index) => index + 1),
    )
    if (fate === 'ended') assert.equal(held.slice(0, 2), [true, false])
  })

test.run()
