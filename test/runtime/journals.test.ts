/**
 * Journals of former releases fold for ever: test/fixtures/journals/RELEASE/CASE.json holds the rows as that release wrote them, and the
 * state after each row. A file there is never changed. UPDATE_FIXTURES=1 adds files that are missing for the current release.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LOWERING_VERSION } from '../../src/compiler/lower.ts'
import type { JsonValue } from '../../src/core/json.ts'
import { Host } from '../../src/runtime/host.ts'
import { recoverRun } from '../../src/runtime/recovery.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import { EVENT_KINDS, expectCreated, type JournalRow, NOTE_KINDS } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { parseJournalRow } from '../../src/store/parse-journal-row.ts'
import { isStoreError } from '../../src/store/store-error.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { driveRun } from '../support/driven-run.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'
import { createDeadOwner } from '../support/store-values.ts'
import { JOURNAL_CASES, type JournalCase } from './journal-cases.ts'

const FOLDER = join(REPOSITORY_FOLDER, 'test/fixtures/journals')

interface KeptJournal {
  run: string
  workflow: string
  rows: JournalRow[]
  /** Open effects, timers and waits after each row. */
  open: string[][]
  end: JsonValue
}

/** The state that a journal folds to, in terms that no release may change. */
const fold = ({
  run,
  workflow,
  rows,
}: Pick<KeptJournal, 'run' | 'workflow' | 'rows'>): Pick<KeptJournal, 'open' | 'end'> => {
  const compiled = compileWorkflow(workflow)
  const states = rows.map((_, index) => {
    const { state, defect } = recoverRun(run, compiled, rows.slice(0, index + 1))
    if (defect !== undefined) throw defect
    return state
  })
  const open = states.map((state) => [
    ...state.openEffects().map(({ path, visit }) => `effect ${path}#${visit}`),
    ...state.openTimers().map(({ name, path, dueAt }) => `timer ${name} of ${path} at ${dueAt}`),
    ...state.openWaits().map(({ kind, path }) => `${kind} ${path}`),
  ])
  const { status, output = null, error = null } = states.at(-1)?.end ?? {}
  return { open, end: JSON.parse(JSON.stringify({ status: status ?? 'running', output, error })) }
}

const isLeft = (row: JournalRow): boolean => row.kind === 'left' && row.data.is_left

const readKept = (file: string): KeptJournal => {
  const kept: KeptJournal = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))
  return { ...kept, rows: kept.rows.map((row) => parseJournalRow(row, kept.run)) }
}

const write = async (file: string, { workflow, decide, acts }: JournalCase): Promise<void> => {
  const clock = createManualClock()
  const left = [...acts]
  const { rows, record } = await driveRun({
    compiled: compileWorkflow(workflow),
    world: new ScriptedWorld({ decide }),
    clock,
    store: createMemoryStore({ now: () => clock.now() }),
    input: { name: 'Ada' },
    // A process that has drained its run is gone as well.
    judge: (_nth, { rows: written = [] }) => (written.some(isLeft) ? 'keep' : 'pass'),
    onQuiet(process) {
      const act = left.shift()
      if (typeof act !== 'function') return false
      act(process)
      return true
    },
  })
  const kept: KeptJournal = { run: record.id, workflow, rows, ...fold({ run: record.id, workflow, rows }) }
  mkdirSync(dirname(join(FOLDER, file)), { recursive: true })
  writeFileSync(join(FOLDER, file), `${JSON.stringify(kept, null, 1)}\n`)
}

const { version } = JSON.parse(readFileSync(join(REPOSITORY_FOLDER, 'package.json'), 'utf8')) as { version: string }

if (process.env.UPDATE_FIXTURES === '1')
  for (const [name, one] of Object.entries(JOURNAL_CASES)) {
    const file = `${version}/${name}.json`
    if (!existsSync(join(FOLDER, file))) await write(file, one)
  }

const test = suite('journals of all releases')
const files = globSync('*/*.json', { cwd: FOLDER }).sort()

for (const file of files)
  test(`${file} folds to the states of its release`, () => {
    const { open, end, ...journal } = readKept(file)
    assert.equal(fold(journal), { open, end })
  })

/** No code writes them yet. */
const UNWRITTEN = ['placement', 'summary']

test('the journals hold each kind of row', () => {
  const kinds = new Set(files.flatMap((file) => readKept(file).rows.map(({ kind }) => kind as string)))
  const expected = [...EVENT_KINDS, ...NOTE_KINDS].filter((kind) => !UNWRITTEN.includes(kind))
  assert.equal([...kinds].sort(), expected.sort())
})

test('the journal of a newer release is refused with both versions, and its run stays as it is', async () => {
  const [file = ''] = files
  const { run, workflow, rows } = readKept(file)
  const compiled = compileWorkflow(workflow)
  const store = createMemoryStore()
  const created = expectCreated(rows, run)
  const newer = { ...created.data, lowering: LOWERING_VERSION + 1 }
  await store.saveDefinition({ hash: 'h', workflow: 'w', file: 'w.yaml', source: workflow, links: {} })
  await store.submit({
    id: run,
    workflow: 'w',
    definition: 'h',
    created: { ...created, data: newer },
    rows: rows.slice(1),
  })
  const host = new Host({
    store,
    owner: createDeadOwner(),
    clock: createManualClock(),
    performerOf: () => ({
      placement: new ScriptedWorld({ decide: () => 'never' }).placement,
      vault: new SecretVault(),
    }),
    recompile: () => compiled,
  })
  const refused = await host.resume(run).catch((thrown: unknown) => thrown)
  assert.ok(isStoreError(refused))
  assert.is(refused.code, 'too_new')
  assert.match(refused.message, `has version ${LOWERING_VERSION + 1}: expected at most ${LOWERING_VERSION}`)
  const found = await store.findRun(run)
  assert.is(found.kind === 'found' && found.run.status, 'running')
  const woken = await host.wake(run).catch((thrown: unknown) => thrown)
  assert.ok(isStoreError(woken) && woken.code === 'too_new', String(woken))
  assert.equal(await store.findRun(run), found, 'a server leaves it to a newer one, and does not claim it')
  assert.is((await store.readJournal(run)).length, rows.length)
  await host.stop()
})

test.run()
