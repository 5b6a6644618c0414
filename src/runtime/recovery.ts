/**
 * Recovery: the state of a run from its journal.
 *
 * Invariants
 * 1. Events are folded in order; the same rows give the same state on any machine (J4). Notes are never folded: they tell which
 *    attempts at the open effects have failed or were lost.
 * 2. Recovery never throws. A journal that cannot be folded gives a defect, which ends its run and not the process (J8).
 * 3. The journal of a newer release is not folded: its rows may mean something else. Its run stays as it is.
 * 4. A journal is folded part by part: what it takes depends on the state of the run, not on its length.
 * 5. An effect is `untouched` only if no lease holder can have started it. In doubt it is not.
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

export interface RecoveredRun {
  state: RunState
  seq: number
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
  return recovery.finish()
}

/** Folds a journal part by part, so that it need not be in memory as a whole. */
export class Recovery {
  readonly #runId: string
  readonly #recovered: RecoveredRun
  readonly #untouched: UntouchedEffects
  #isBegun = false

  constructor(runId: string, workflow: CompiledWorkflow) {
    this.#runId = runId
    const state = new RunState(workflow)
    this.#untouched = new UntouchedEffects(state)
    this.#recovered = {
      state,
      seq: 0,
      keyRun: runId,
      usage: NO_USAGE,
      histories: new EffectHistories(),
      bounds: new RunBounds(workflow),
      contexts: new RootContexts(),
      initial: [],
      untouched: this.#untouched.ids,
    }
  }

  /** @param rows The next rows in order. The first part has more than one row, unless the journal has only one. */
  take(rows: readonly JournalRow[]): void {
    const recovered = this.#recovered
    for (const row of rows) recovered.bounds.take(row)
    recovered.seq = rows.at(-1)?.seq ?? recovered.seq
    if ('defect' in recovered) return
    try {
      this.#fold(rows)
    } catch (thrown) {
      recovered.defect = thrown
    }
  }

  /** Call when all rows are taken. */
  finish(): RecoveredRun {
    const recovered = this.#recovered
    if (!this.#isBegun && !('defect' in recovered)) recovered.defect = this.#toMissing()
    if (!('defect' in recovered) && recovered.seq > 1) recovered.state.observe(recovered.contexts)
    return recovered
  }

  #fold(rows: readonly JournalRow[]): void {
    const others = this.#isBegun ? rows : this.#begin(rows)
    for (const row of others) this.#foldRow(row)
  }

  /** Folds the row `created`; returns the others. */
  #begin([created, ...others]: readonly JournalRow[]): readonly JournalRow[] {
    if (created?.kind !== 'created') throw this.#toMissing()
    expectReadable(created.data, this.#runId)
    this.#isBegun = true
    const recovered = this.#recovered
    const { state, contexts } = recovered
    recovered.keyRun = created.data.key_run ?? this.#runId
    const isNew = others.length === 0
    if (isNew) state.observe(contexts)
    const initial = state.start({ runId: this.#runId, at: created.at, data: created.data })
    if (isNew) recovered.initial = initial
    return others
  }

  #foldRow(row: JournalRow): void {
    const recovered = this.#recovered
    const effects = isEventRow(row) ? recovered.state.apply(row) : NOTHING
    if (effects === undefined)
      throw new Defect(
        `J4: row ${row.seq} of run '${this.#runId}' (${row.kind} of '${row.path}') fits nothing that is open`,
      )
    recovered.histories.take(row)
    this.#untouched.take(row, effects)
    recovered.usage = addUsage(recovered.usage, figuresOf(row).usage)
  }

  #toMissing(): Defect {
    return new Defect(`J4: the journal of run '${this.#runId}' does not begin with 'created'`)
  }
}

const NOTHING: readonly RunEffect[] = []

/** Collects the effects that were asked for during a pause, and those open when a holder left with nothing in flight. */
class UntouchedEffects {
  readonly ids = new Set<string>()
  readonly #state: RunState
  #isPaused = false

  constructor(state: RunState) {
    this.#state = state
  }

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
