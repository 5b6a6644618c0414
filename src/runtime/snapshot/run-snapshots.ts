/**
 * The snapshots of a run in this process: now and then it saves the state, and keeps it in the store beside the journal (J5).
 *
 * Invariants
 * 1. A snapshot is a cache. A run goes on in the same way with it and without it, and no failure here reaches the run.
 * 2. A step does not wait for it: the state is saved in a later turn of the event loop, encoded in slices, and written in parts, in
 *    transactions of their own.
 * 3. It is written only when all rows that it stands for are durable, and while the claim is the current one: so no other holder has
 *    written other rows.
 * 4. Its cost per row is bounded: the larger the last one was, the more rows lie between it and the next one.
 * 5. Nothing is saved during a pause, in the middle of an event, or once the run leaves.
 */
import { startSlice } from '../../core/slice.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import type { RecoveredRun } from '../recovery.ts'
import type { RunJournal } from '../run-journal.ts'
import type { RunOptions } from '../run-options.ts'
import { RunTally } from './run-tally.ts'
import { type SavedRun, toSnapshotFormat } from './saved-run.ts'
import { SnapshotEncoder } from './snapshot-codec.ts'
import { countParts, type EncodedSnapshot, toPart } from './snapshot-parts.ts'

/** Rows between two snapshots: they are folded again in some 50 ms. */
export const ROWS_BETWEEN = 2_000
/** Bytes of the last snapshot for each row up to the next one. */
const BYTES_A_ROW = 512
/** A larger state has no snapshot: bytes, and nodes of the values in it. */
const MOST_BYTES = 32 * 1_024 * 1_024
const MOST_NODES = 4_000_000

export interface RunSnapshotsOptions extends Pick<RunOptions, 'claim' | 'store' | 'workflow' | 'budget'> {
  recovered: RecoveredRun
  journal: Pick<RunJournal, 'length' | 'whenDurable'>
  /** True: no event is half folded, and the run is neither paused nor about to leave. */
  isCalm(): boolean
}

export class RunSnapshots {
  readonly #options: RunSnapshotsOptions
  /** Undefined: the store keeps no snapshots. */
  readonly #tally: RunTally | undefined
  /** The row that makes the next snapshot due. */
  #nextAt: number
  #hasAny: boolean
  #isBusy = false

  constructor(options: RunSnapshotsOptions) {
    const { recovered, budget, store } = options
    this.#options = options
    this.#tally = store.snapshots && new RunTally(recovered, budget)
    this.#nextAt = recovered.snapshotSeq + ROWS_BETWEEN
    this.#hasAny = recovered.snapshotSeq > 0
  }

  /** A row got its number. */
  take(row: JournalRow): void {
    if (this.#tally === undefined) return
    this.#tally.take(row)
    if (row.seq < this.#nextAt || this.#isBusy) return
    this.#isBusy = true
    setImmediate(() => {
      this.#make().then(
        () => this.#rest(),
        () => this.#rest(ROWS_BETWEEN),
      )
    })
  }

  /** Drops what the store has: the run has ended. */
  drop(): void {
    const { store, claim } = this.#options
    // Retention deletes what is left by a failure.
    if (this.#hasAny) store.snapshots?.drop(claim).catch(() => {})
  }

  /** @param rows Rows up to the next try; 0: the next row */
  #rest(rows = 0): void {
    this.#isBusy = false
    if (rows > 0) this.#nextAt = this.#options.journal.length + rows
  }

  async #make(): Promise<void> {
    const saved = this.#save()
    if (saved === undefined) return
    const encoded = await this.#encode(saved)
    if (encoded === undefined) throw new Error('too large')
    this.#nextAt = saved.seq + Math.max(ROWS_BETWEEN, Math.ceil(encoded.bytes.byteLength / BYTES_A_ROW))
    await this.#options.journal.whenDurable(saved.seq)
    await this.#write(encoded)
  }

  #save(): SavedRun | undefined {
    const { recovered, claim, journal, isCalm } = this.#options
    const { state, bounds, keyRun } = recovered
    const saved = isCalm() ? state.save() : undefined
    if (saved === undefined || this.#tally === undefined) return undefined
    return {
      runId: claim.runId,
      seq: journal.length,
      keyRun,
      state: saved,
      bounds: bounds.save(),
      ...this.#tally.save(),
    }
  }

  async #encode(saved: SavedRun): Promise<EncodedSnapshot | undefined> {
    const encoder = new SnapshotEncoder(saved)
    while (!encoder.write(startSlice())) {
      if (encoder.nodes > MOST_NODES) return undefined
      await nextTurn()
    }
    await nextTurn()
    const encoded = encoder.finish()
    const format = toSnapshotFormat(this.#options.workflow.hash)
    return encoded.bytes.byteLength > MOST_BYTES ? undefined : { seq: saved.seq, format, ...encoded }
  }

  async #write(encoded: EncodedSnapshot): Promise<void> {
    const { store, claim } = this.#options
    const parts = countParts(encoded)
    this.#hasAny = true
    for (let part = 0; part < parts; part++) {
      const isKept = await store.snapshots?.putPart(claim, toPart(encoded, part))
      if (isKept !== true) throw new Error('the claim is lost')
      await nextTurn()
    }
    await store.snapshots?.drop(claim, { except: encoded.seq })
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
