/**
 * Recovery: the state of a run from its journal.
 *
 * Invariants
 * 1. Events are folded in order; the same rows give the same state on any machine (J4). Notes are never folded: they tell which
 *    attempts at the open effects have failed or were lost.
 * 2. Recovery never throws. A journal that cannot be folded gives a defect, which ends its run and not the process (J8).
 * 3. The journal of a newer release is not folded: its rows may mean something else. Its run stays as it is.
 * 4. A journal is folded part by part: what it takes depends on the state of the run, not on its length.
 * 5. A snapshot stands for the rows up to its own: what follows from them is the same with it and without it (J5).
 * 6. An effect is `untouched` only if no lease holder can have started it. In doubt it is not.
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { LOWERING_VERSION } from '../compiler/lower.ts'
import { Defect } from '../core/defect.ts'
import { figuresOf, isEventRow, type JournalRow } from '../store/journal-row.ts'
import type { UsageTotals } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { RunBounds } from './budget/run-bounds.ts'
import { addUsage, NO_USAGE } from './budget/usage-totals.ts'
import { EffectHistories, toEffectId } from './effects/effect-history.ts'
import { isChildRun, isCleanup, type OpenEffect, type RunEffect } from './effects/run-effect.ts'
import type { CreatedData } from './run-event.ts'
import { RunState } from './run-state.ts'
import { RootContexts } from './scope/root-contexts.ts'
import type { SavedRun } from './snapshot/saved-run.ts'

export interface RecoveredRun {
  state: RunState
  seq: number
  /** The row that the snapshot it was recovered from stands at; 0: from none. */
  snapshotSeq: number
  /** Id of the run that stands in its idempotency keys. */
  keyRun: string
  usage: UsageTotals
  histories: EffectHistories
  /** All rows are counted. */
  bounds: RunBounds
  /** Contexts of a new run from its first; of a resumed one from where it goes on. */
  contexts: RootContexts
  /** Effects of the row `created`, when it is the only row: they may not have been carried out. */
  initial: readonly RunEffect[]
  /** Open effects that no lease holder can have started: `PATH#VISIT`. */
  untouched: ReadonlySet<string>
  /** Cause for which the journal cannot be folded; the state is then of no use. StoreError `too_new`: a newer release can. */
  defect?: unknown
}

export const recoverRun = (runId: string, workflow: CompiledWorkflow, rows: readonly JournalRow[]): RecoveredRun => {
  const recovery = new Recovery(runId, workflow)
  recovery.take(rows)
  recovery.fold()
  return recovery.finish()
}

/** Folds a journal part by part, so that it need not be in memory as a whole, and each part in slices. */
export class Recovery {
  readonly #runId: string
  readonly #recovered: RecoveredRun
  readonly #untouched: UntouchedEffects
  /** Rows that are not folded yet, the next one last. */
  #rows: JournalRow[] = []
  #current: FoldedRow | undefined
  #isBegun = false
  /** True: `created` is the only row. */
  #isNew = false

  /** @param saved The first row is then the one behind it. @throws Error when it does not fit the workflow */
  constructor(runId: string, workflow: CompiledWorkflow, saved?: SavedRun) {
    this.#runId = runId
    const state = saved === undefined ? new RunState(workflow) : RunState.restore(workflow, saved.state)
    this.#untouched = new UntouchedEffects(state, saved?.untouched)
    this.#recovered = {
      state,
      seq: saved?.seq ?? 0,
      snapshotSeq: saved?.seq ?? 0,
      keyRun: saved?.keyRun ?? runId,
      usage: saved?.usage ?? NO_USAGE,
      histories: new EffectHistories(saved?.histories),
      bounds: new RunBounds(workflow),
      contexts: new RootContexts(),
      initial: [],
      untouched: this.#untouched.ids,
    }
    if (saved === undefined) return
    this.#recovered.bounds.restore(saved.bounds)
    this.#isBegun = true
  }

  /** The last row that is taken, or that a snapshot stands for. */
  get seq(): number {
    return this.#recovered.seq
  }

  /** @param rows The next rows in order. The first part has more than one row, unless the journal has only one. */
  take(rows: readonly JournalRow[]): void {
    const recovered = this.#recovered
    for (const row of rows) recovered.bounds.take(row)
    recovered.seq = rows.at(-1)?.seq ?? recovered.seq
    if (!this.#isBegun) this.#isNew = rows.length === 1
    this.#rows = rows.toReversed()
  }

  /** Folds the rows that were taken, while `goesOn`. False: some are left. Where it stops changes nothing. */
  fold(goesOn: () => boolean = ALWAYS): boolean {
    const recovered = this.#recovered
    if ('defect' in recovered) return true
    try {
      return this.#foldRows(goesOn)
    } catch (thrown) {
      recovered.defect = thrown
      return true
    }
  }

  /** Call when all rows are folded. */
  finish(): RecoveredRun {
    const recovered = this.#recovered
    if (!this.#isBegun && !('defect' in recovered)) recovered.defect = this.#toMissing()
    if (!('defect' in recovered) && recovered.seq > 1) recovered.state.observe(recovered.contexts)
    return recovered
  }

  #foldRows(goesOn: () => boolean): boolean {
    for (;;) {
      this.#current ??= this.#beginNext()
      if (this.#current === undefined) return true
      const { row, effects } = this.#current
      if (effects !== NOTHING && !this.#recovered.state.work(goesOn)) return false
      this.#current = undefined
      if (row.kind === 'created') this.#recovered.initial = this.#isNew ? effects : NOTHING
      else this.#note(row, effects)
      if (this.#rows.length > 0 && !goesOn()) return false
    }
  }

  #beginNext(): FoldedRow | undefined {
    const row = this.#rows.pop()
    if (row === undefined) return undefined
    return { row, effects: this.#isBegun ? this.#beginRow(row) : this.#open(row) }
  }

  #open(created: JournalRow): readonly RunEffect[] {
    if (created.kind !== 'created') throw this.#toMissing()
    expectReadable(created.data, this.#runId)
    this.#isBegun = true
    const { state, contexts } = this.#recovered
    this.#recovered.keyRun = created.data.key_run ?? this.#runId
    if (this.#isNew) state.observe(contexts)
    return state.open({ runId: this.#runId, at: created.at, data: created.data })
  }

  #beginRow(row: JournalRow): readonly RunEffect[] {
    const effects = isEventRow(row) ? this.#recovered.state.take(row) : NOTHING
    if (effects !== undefined) return effects
    throw new Defect(
      `J4: row ${row.seq} of run '${this.#runId}' (${row.kind} of '${row.path}') fits nothing that is open`,
    )
  }

  #note(row: JournalRow, effects: readonly RunEffect[]): void {
    const recovered = this.#recovered
    recovered.histories.take(row)
    this.#untouched.take(row, effects)
    recovered.usage = addUsage(recovered.usage, figuresOf(row).usage)
  }

  #toMissing(): Defect {
    return new Defect(`J4: the journal of run '${this.#runId}' does not begin with 'created'`)
  }
}

/** A row whose work is not done yet. `NOTHING`: a note. */
interface FoldedRow {
  row: JournalRow
  effects: readonly RunEffect[]
}

const NOTHING: readonly RunEffect[] = []

const ALWAYS = (): boolean => true

/** Collects the effects that were asked for during a pause, and those open when a holder left with nothing in flight. */
export class UntouchedEffects {
  readonly ids: Set<string>
  readonly #state: Pick<RunState, 'openEffects'>
  #isPaused = false

  /** @param ids Those so far, of a run that is not paused */
  constructor(state: Pick<RunState, 'openEffects'>, ids: Iterable<string> = []) {
    this.#state = state
    this.ids = new Set(ids)
  }

  /** @param effects Those that follow from the row; they count only during a pause. */
  take(row: JournalRow, effects: readonly RunEffect[]): void {
    if (row.kind === 'pause') this.#pause(row.data.is_paused)
    else if (row.kind === 'left' && row.path === '') this.#leave(row.data.is_left)
    else if (row.kind === 'attempt' || row.kind === 'lost') this.ids.delete(toEffectId(row))
    if (this.#isPaused) this.#add(effects.flatMap(toHeldBack))
  }

  #pause(isPaused: boolean): void {
    this.#isPaused = isPaused
    if (!isPaused) this.ids.clear()
  }

  #leave(isLeft: boolean): void {
    // A child run goes on as soon as its parent is resumed, even if that is paused.
    if (isLeft) this.#add(this.#state.openEffects().filter((effect) => !isChildRun(effect)))
    else this.ids.clear()
  }

  #add(effects: readonly OpenEffect[]): void {
    for (const effect of effects) this.ids.add(toEffectId(effect))
  }
}

const toHeldBack = (effect: RunEffect): OpenEffect[] =>
  effect.type === 'perform' && !isCleanup(effect.effect) ? [effect.effect] : []

/** @throws StoreError `too_new` for the journal of a newer release */
export const expectReadable = ({ lowering }: Pick<CreatedData, 'lowering'>, runId: string): void => {
  if (lowering > LOWERING_VERSION)
    throw new StoreError(
      'too_new',
      `the journal of run '${runId}' has version ${lowering}: expected at most ${LOWERING_VERSION}`,
      {
        hint: 'a newer release of troupe began this run: go on with it there, or update this one',
      },
    )
}
