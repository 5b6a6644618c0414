/**
 * Recovers runs from the store: the journal, read and folded part by part, from its first row or from a snapshot on.
 *
 * 1. A snapshot is looked for only where the journal is longer than one part: most runs cost no further read.
 * 2. A snapshot that this release or definition cannot use, that is damaged, or that stands for rows which the journal does not have, is
 *    dropped, and the journal is folded from its first row (J5).
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { startSlice } from '../core/slice.ts'
import type { TurnSlices } from '../core/turn-slices.ts'
import type { JournalRow } from '../store/journal-row.ts'
import type { Claim, HostStore } from '../store/store.ts'
import type { Budget } from './budget/budget.ts'
import { type RecoveredRun, Recovery } from './recovery.ts'
import { type SavedRun, toSnapshotFormat } from './snapshot/saved-run.ts'
import { SnapshotDecoder } from './snapshot/snapshot-codec.ts'
import { joinParts } from './snapshot/snapshot-parts.ts'

/** Rows that are read at a time. */
const ROWS_OF_A_PART = 500

export interface RecoveringOptions {
  store: Pick<HostStore, 'readRows' | 'snapshots'>
  /** Shared by all runs that are recovered. */
  turns: TurnSlices
}

interface Recovered {
  workflow: CompiledWorkflow
  /** Recalls the rows. */
  budget: Budget | undefined
}

export class Recovering {
  readonly #options: RecoveringOptions

  constructor(options: RecoveringOptions) {
    this.#options = options
  }

  /** Folds the rows of a run that is not stored yet, or just now. */
  async foldNew(id: string, workflow: CompiledWorkflow, rows: readonly JournalRow[]): Promise<RecoveredRun> {
    const recovery = new Recovery(id, workflow)
    await this.#fold(recovery, rows)
    return recovery.finish()
  }

  /** A journal may be larger than memory: it is read part by part. @throws StoreError */
  async recover(claim: Claim, { workflow, budget }: Recovered): Promise<RecoveredRun> {
    const { runId } = claim
    let rows = await this.#read(runId, 1)
    let from = 1
    let recovery = rows.length < ROWS_OF_A_PART ? undefined : await this.#fromSnapshot(claim, { workflow, budget })
    if (recovery !== undefined) {
      from = recovery.seq + 1
      rows = await this.#read(runId, from)
    }
    recovery ??= new Recovery(runId, workflow)
    for (;;) {
      await this.#fold(recovery, rows)
      for (const row of rows) budget?.recall(row)
      if (rows.length < ROWS_OF_A_PART) return recovery.finish()
      from += ROWS_OF_A_PART
      rows = await this.#read(runId, from)
    }
  }

  #read(id: string, from: number): Promise<JournalRow[]> {
    return this.#options.store.readRows(id, { from, to: from + ROWS_OF_A_PART - 1 })
  }

  async #fold(recovery: Recovery, rows: readonly JournalRow[]): Promise<void> {
    recovery.take(rows)
    while (!(await this.#options.turns.do(() => recovery.fold(startSlice()))));
  }

  /** Starts from the snapshot of a run; undefined: there is none, or it has been dropped. */
  async #fromSnapshot(claim: Claim, { workflow, budget }: Recovered): Promise<Recovery | undefined> {
    const { snapshots } = this.#options.store
    try {
      const parts = (await snapshots?.read(claim.runId)) ?? []
      if (parts.length === 0) return undefined
      const joined = joinParts(parts, toSnapshotFormat(workflow.hash))
      const saved = joined && (await this.#decode(joined))
      if (
        saved !== undefined &&
        (await this.#fits(saved, claim.runId)) &&
        hasBudget(saved) === (budget !== undefined)
      ) {
        const recovery = new Recovery(claim.runId, workflow, saved)
        if (saved.budget !== undefined) budget?.restore(saved.budget)
        return recovery
      }
    } catch {
      // It is a cache: the journal has everything.
    }
    await snapshots?.drop(claim).catch(() => {})
    return undefined
  }

  async #decode(bytes: ConstructorParameters<typeof SnapshotDecoder>[0]): Promise<SavedRun> {
    const decoder = new SnapshotDecoder(bytes)
    for (;;) {
      const saved = await this.#options.turns.do(() => decoder.read(startSlice()))
      if (saved !== undefined) return saved
    }
  }

  /** False for a snapshot of another run, whose key was the same, and for one of rows that are gone. */
  async #fits({ runId, seq }: SavedRun, id: string): Promise<boolean> {
    return runId === id && (await this.#options.store.readRows(id, { from: seq, to: seq })).length === 1
  }
}

const hasBudget = ({ budget }: SavedRun): boolean => budget !== undefined
