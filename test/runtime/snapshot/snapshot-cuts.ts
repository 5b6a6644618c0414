/** Snapshots as a running process would make them at any row of a journal that is known as a whole. */
import type { CompiledWorkflow } from '../../../src/compiler/compile.ts'
import { Budget } from '../../../src/runtime/budget/budget.ts'
import { type RecoveredRun, Recovery, recoverRun } from '../../../src/runtime/recovery.ts'
import { RunTally } from '../../../src/runtime/snapshot/run-tally.ts'
import type { SavedRun } from '../../../src/runtime/snapshot/saved-run.ts'
import { SnapshotDecoder, SnapshotEncoder } from '../../../src/runtime/snapshot/snapshot-codec.ts'
import type { JournalRow } from '../../../src/store/journal-row.ts'
import { describeState } from '../../support/journal-checks.ts'

export interface KnownRun {
  id: string
  compiled: CompiledWorkflow
  rows: readonly JournalRow[]
}

const createBudget = (rows: readonly JournalRow[] = []): Budget => {
  const budget = new Budget({ costUsd: undefined, tokens: undefined }, { prices: { worstCase: () => null } })
  for (const row of rows) budget.recall(row)
  return budget
}

/** True when a pause lasts behind the last of the rows. */
const isPaused = (rows: readonly JournalRow[]): boolean => {
  const last = rows.findLast((row) => row.kind === 'pause')
  return last?.kind === 'pause' && last.data.is_paused
}

/**
 * The snapshot at a row by a process that took the run over at an earlier one; undefined: none is made there.
 * @param cut Numbers of rows
 */
export const saveAt = (
  { id, compiled, rows }: KnownRun,
  { takenAt, savedAt }: { takenAt: number; savedAt: number },
): SavedRun | undefined => {
  const known = rows.slice(0, savedAt)
  const { state, bounds, keyRun, seq } = recoverRun(id, compiled, known)
  const saved = isPaused(known) ? undefined : state.save()
  if (saved === undefined) return undefined
  const before = known.slice(0, takenAt)
  const taken = recoverRun(id, compiled, before)
  const tally = new RunTally({ ...taken, state }, createBudget(before))
  for (const row of known.slice(takenAt)) tally.take(row)
  return { runId: id, seq, keyRun, state: saved, bounds: bounds.save(), ...tally.save() }
}

/** The same snapshot, by way of its bytes. */
export const passThrough = (saved: SavedRun, goesOn = (): boolean => true): SavedRun => {
  const encoder = new SnapshotEncoder(saved)
  while (!encoder.write(goesOn));
  const decoder = new SnapshotDecoder(encoder.finish())
  for (;;) {
    const read = decoder.read(goesOn)
    if (read !== undefined) return read
  }
}

export const recoverFrom = ({ id, compiled, rows }: KnownRun, saved: SavedRun): RecoveredRun => {
  const recovery = new Recovery(id, compiled, saved)
  recovery.take(rows.slice(saved.seq))
  recovery.fold()
  return recovery.finish()
}

/** All that recovery gives, as plain data. `untouched` counts only for effects that are open. */
export const describeRecovered = ({ state, bounds, histories, untouched, ...rest }: RecoveredRun) => {
  const { contexts: _contexts, initial: _initial, snapshotSeq: _snapshotSeq, ...plain } = rest
  return {
    ...plain,
    ...describeState(state),
    waits: state.openWaits(),
    undone: state.undone,
    saved: state.save(),
    bounds: bounds.save(),
    histories: histories.save(),
    untouched: [...untouched].sort(),
  }
}

/** Sums of the budget that goes on from the snapshot, and of the one that has recalled all rows. */
export const compareBudgets = ({ rows }: KnownRun, { seq, budget }: SavedRun) => {
  const restored = createBudget()
  if (budget !== undefined) restored.restore(budget)
  for (const row of rows.slice(seq)) restored.recall(row)
  return [restored.save(), createBudget(rows).save()] as const
}
