/**
 * Recovery: the state of a run from its journal.
 *
 * Invariants
 * 1. Events are folded in order; the same rows give the same state on any machine (J4). Notes are never folded: they tell which
 *    attempts at the open effects have failed or were lost.
 * 2. Recovery never throws. A journal that cannot be folded gives a defect, which ends its run and not the process (J8).
 * 3. The journal of a newer release is not folded: its rows may mean something else. Its run stays as it is.
 * 4. An effect is `untouched` only if no lease holder can have started it. In doubt it is not.
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { LOWERING_VERSION } from '../compiler/lower.ts'
import { Defect } from '../core/defect.ts'
import { createdOf, figuresOf, isEventRow, type JournalRow } from '../store/journal-row.ts'
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
  const recovered: RecoveredRun = {
    state: new RunState(workflow),
    seq: rows.at(-1)?.seq ?? 0,
    keyRun: createdOf(rows)?.key_run ?? runId,
    usage: NO_USAGE,
    histories: new EffectHistories(),
    bounds: new RunBounds(workflow),
    contexts: new RootContexts(),
    initial: [],
    untouched: new Set(),
  }
  for (const row of rows) recovered.bounds.take(row)
  try {
    foldJournal(recovered, { runId, rows })
  } catch (thrown) {
    recovered.defect = thrown
  }
  return recovered
}

const foldJournal = (
  recovered: RecoveredRun,
  { runId, rows }: { runId: string; rows: readonly JournalRow[] },
): void => {
  const { state, histories, contexts } = recovered
  const [created, ...others] = rows
  if (created?.kind !== 'created') throw new Defect(`J4: the journal of run '${runId}' does not begin with 'created'`)
  expectReadable(created.data, runId)
  const isNew = others.length === 0
  if (isNew) state.observe(contexts)
  const initial = state.start({ runId, at: created.at, data: created.data })
  if (isNew) recovered.initial = initial
  const untouched = new UntouchedEffects(state)
  recovered.untouched = untouched.ids
  for (const row of others) {
    const effects = isEventRow(row) ? state.apply(row) : NOTHING
    if (effects === undefined)
      throw new Defect(`J4: row ${row.seq} of run '${runId}' (${row.kind} of '${row.path}') fits nothing that is open`)
    histories.take(row)
    untouched.take(row, effects)
    recovered.usage = addUsage(recovered.usage, figuresOf(row).usage)
  }
  if (!isNew) state.observe(contexts)
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
