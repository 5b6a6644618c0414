import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { TurnSlices } from '../../../src/core/turn-slices.ts'
import { Budget } from '../../../src/runtime/budget/budget.ts'
import { Recovering } from '../../../src/runtime/recovering.ts'
import { ROWS_BETWEEN } from '../../../src/runtime/snapshot/run-snapshots.ts'
import type { JournalRow } from '../../../src/store/journal-row.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { SnapshotPart, SnapshotStore } from '../../../src/store/snapshot-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { type DrivenOptions, driveRun } from '../../support/driven-run.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { ScriptedWorld } from '../../support/scripted-world.ts'

const TURNS = ROWS_BETWEEN + 500

const LONG = `
limits: { tokens: 1000000000 }
steps:
  - id: again
    loop: { until: iter.count >= ${TURNS}, max: 10000 }
    do:
      - { id: ask, llm: mock/echo, prompt: x }
      - { id: all, set: { count: "steps.?all.?output.?count.orValue(0) + 1" } }
  - { id: rest, wait: { event: paid } }
  - { id: last, llm: mock/echo, prompt: x }
output: { count: steps.all.output.count, text: steps.last.output.text }
`

interface Played {
  reads: number[]
  kept: SnapshotPart[]
  store: Store
}

/** Runs until it waits for its event, then dies; `change` is made before the next process comes, which reads the journal from there. */
const play = async (
  change: (store: Store, id: string) => Promise<unknown> = async () => {},
  options: Partial<DrivenOptions> = {},
): Promise<Played & { output: unknown; left: SnapshotPart[] }> => {
  const clock = createManualClock()
  const store = createMemoryStore({ now: () => clock.now() })
  const compiled = compileWorkflow(LONG)
  const world = new ScriptedWorld({ decide: (id) => ({ output: { text: id } }) })
  const played: Played = { reads: [], kept: [], store }
  let isDead = false
  const { record } = await driveRun({
    compiled,
    world,
    clock,
    store: watchReads(store, (from) => isDead && played.reads.push(from)),
    async onQuiet({ run, watched }) {
      if (run.state.openWaits().length === 0) return false
      if (isDead) {
        run.receive({ id: 'm', kind: 'signal', body: { name: 'paid', data: {}, at: '2030-01-01T00:00:00.000Z' } })
        return true
      }
      isDead = true
      await new Promise((resolve) => setTimeout(resolve, 100))
      played.kept = await store.snapshots.read(run.id)
      await change(store, run.id)
      watched.isDead = true
      return true
    },
    ...options,
  })
  const left = await store.snapshots.read(record.id)
  return { ...played, output: record.output, left }
}

/** The same store, which tells from which rows on it is read. */
const watchReads = (store: Store, onRead: (from: number) => void): Store =>
  new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...given: unknown[]): unknown => {
        if (name === 'readRows') onRead((given[1] as { from: number }).from)
        return Reflect.apply(member, target, given)
      }
    },
  })

const EXPECTED = { count: TURNS, text: `last#1` }

const test = suite('long run')

test('J5 a long run is resumed from its snapshot, and has none when it has ended', async () => {
  const { reads, kept, output, left } = await play()
  const [{ seq } = { seq: 0 }] = kept
  assert.ok(seq >= ROWS_BETWEEN && seq < ROWS_BETWEEN + 100, `it stands at row ${seq}`)
  assert.equal(reads, [1, seq, seq + 1, seq + 501].slice(0, reads.length))
  assert.equal(output, EXPECTED)
  assert.equal(left, [])
})

const claimOf = async (store: Store, id: string) => {
  const found = await store.findRun(id)
  if (found.kind !== 'found') throw new Error(found.kind)
  return { runId: id, runKey: 1, epoch: found.run.epoch, ownerId: '' }
}

/** Puts another snapshot in the place of the kept one. */
const replace =
  (change: (part: SnapshotPart) => Partial<SnapshotPart>) =>
  async (store: Store, id: string): Promise<void> => {
    const claim = await claimOf(store, id)
    const parts = await store.snapshots.read(id)
    await store.snapshots.drop(claim)
    for (const part of parts) assert.ok(await store.snapshots.putPart(claim, { ...part, ...change(part) }))
  }

const USELESS: Record<string, (part: SnapshotPart) => Partial<SnapshotPart>> = {
  'of another version': ({ format }) => ({ format: format.replace(' 1.', ' 0.') }),
  'of another lowering': ({ format }) => ({ format: format.replace(/ 1\.\d+/, ' 1.999') }),
  'of another definition': ({ format }) => ({ format: format.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }),
  'whose bytes are damaged': ({ bytes }) => ({ bytes: bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1) }),
  'that is cut off': ({ bytes }) => ({ bytes: bytes.subarray(0, 40) }),
  'without a single byte': () => ({ bytes: new Uint8Array() }),
}

const recoverBy = async ({ id, rows, kept }: { id: string; rows: readonly JournalRow[]; kept: SnapshotPart[] }) => {
  let dropped = 0
  const snapshots: SnapshotStore = {
    read: async () => kept,
    putPart: async () => false,
    drop: async () => {
      dropped++
    },
  }
  const readRows: Store['readRows'] = async (_id, { from, to }) => rows.slice(from - 1, to)
  const recovering = new Recovering({ store: { readRows, snapshots }, turns: new TurnSlices() })
  const workflow = compileWorkflow(LONG)
  const budget = new Budget({ costUsd: undefined, tokens: undefined }, { prices: { worstCase: () => null } })
  const claim = { runId: id, runKey: 1, epoch: 1, ownerId: '' }
  return { dropped: () => dropped, recovered: await recovering.recover(claim, { workflow, budget }) }
}

test('J5 a snapshot is used only for its run, and only while the journal has its row', async () => {
  const { store, kept } = await play()
  const [{ id } = { id: '' }] = await store.listRuns()
  const rows = await store.readJournal(id)
  const [{ seq } = { seq: 0 }] = kept
  const whole = await recoverBy({ id, rows: rows.slice(0, seq), kept })
  assert.equal([whole.dropped(), whole.recovered.snapshotSeq, whole.recovered.seq], [0, seq, seq])
  const shorter = await recoverBy({ id, rows: rows.slice(0, seq - 1), kept })
  assert.equal([shorter.dropped(), shorter.recovered.snapshotSeq, shorter.recovered.seq], [1, 0, seq - 1])
  const other = await recoverBy({ id: 'r-other', rows, kept })
  assert.equal([other.dropped(), other.recovered.snapshotSeq], [1, 0])
})

for (const [what, change] of Object.entries(USELESS))
  test(`J5 a snapshot ${what} is dropped, and the journal is folded from its first row`, async () => {
    const { reads, kept, output } = await play(replace(change))
    assert.is(kept.length, 1)
    assert.equal(reads.slice(0, 3), [1, 501, 1001])
    assert.equal(output, EXPECTED)
  })

test.run()
