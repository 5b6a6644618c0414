/**
 * Recovery: the state of a run from its journal. Events are folded; notes tell what earlier processes tried of the effects
 * that are still open.
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { LOWERING_VERSION } from '../compiler/lower.ts'
import { Defect } from '../core/defect.ts'
import { createdOf, expectCreated, figuresOf, isEventRow, type JournalRow } from '../store/journal-row.ts'
import type { UsageTotals } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { RunBounds } from './budget/run-bounds.ts'
import { addUsage, NO_USAGE } from './budget/usage-totals.ts'
import { type EffectHistory, UNTRIED } from './effects/effect-runner.ts'
import { isUndoing, type OpenEffect, type RunEffect } from './effects/run-effect.ts'
import type { CreatedData } from './run-event.ts'
import { RunState } from './run-state.ts'

export interface RecoveredRun {
  state: RunState
  seq: number
  startedAt: number
  /** The run whose id stands in its idempotency keys. */
  keyRun: string
  usage: UsageTotals
  histories: EffectHistories
  /** With all rows counted. */
  bounds: RunBounds
  /** What followed from the row `created`, when no other has been written yet: nobody may have carried it out. */
  initial: readonly RunEffect[]
  /** Effects that are open and that nobody can have begun: `PATH#VISIT`. */
  untouched: ReadonlySet<string>
  /** Why the journal can't be folded; the state is then of no use. StoreError `too_new`: a newer release can. */
  defect?: unknown
}

/** Never throws: what is wrong with the journal ends the run, not the process (J8). */
export const recoverRun = (runId: string, workflow: CompiledWorkflow, rows: readonly JournalRow[]): RecoveredRun => {
  const recovered: RecoveredRun = {
    state: new RunState(workflow),
    seq: rows.at(-1)?.seq ?? 0,
    startedAt: rows[0]?.at ?? 0,
    keyRun: createdOf(rows)?.key_run ?? runId,
    usage: NO_USAGE,
    histories: new EffectHistories(),
    bounds: new RunBounds(workflow),
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
  const { state, histories } = recovered
  const created = expectCreated(rows, runId)
  const others = rows.slice(1)
  expectReadable(created.data, runId)
  const initial = state.start({ runId, at: created.at, data: created.data })
  if (others.length === 0) recovered.initial = initial
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
}

const NOTHING: readonly RunEffect[] = []

/** What was asked for while the run was paused, and what was open when a process let go of it with nothing in flight. */
class UntouchedEffects {
  readonly ids = new Set<string>()
  readonly #state: RunState
  #isPaused = false

  constructor(state: RunState) {
    this.#state = state
  }

  take(row: JournalRow, effects: readonly RunEffect[]): void {
    if (row.kind === 'pause') {
      this.#isPaused = row.data.is_paused
      if (!this.#isPaused) this.ids.clear()
    } else if (row.kind === 'left') {
      // Taken up again: from then on every open effect is begun.
      if (row.data.is_left) this.#add(this.#state.openEffects().filter(isNoChild))
      else this.ids.clear()
    } else if (row.kind === 'attempt' || row.kind === 'lost') this.ids.delete(toEffectId(row))
    if (this.#isPaused) this.#add(effects.flatMap(toHeldBack))
  }

  #add(effects: readonly OpenEffect[]): void {
    for (const effect of effects) this.ids.add(toEffectId(effect))
  }
}

/** A child run goes on as soon as its parent is taken up, also one that is paused. */
const isNoChild = ({ askedAt }: OpenEffect): boolean => askedAt === undefined

const toHeldBack = (effect: RunEffect): OpenEffect[] =>
  effect.type === 'perform' && !isUndoing(effect.effect) ? [effect.effect] : []

/** (path, visit) as one text. */
export const toEffectId = ({ path, visit }: Pick<OpenEffect, 'path' | 'visit'>): string => `${path}#${visit}`

/**
 * A newer release may mean something else by the same rows. Nothing is wrong with such a run: it stays as it is.
 * @throws StoreError `too_new`
 */
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

/** What the journal says was tried of the effects that have no outcome. */
export class EffectHistories {
  readonly #open = new Map<string, EffectHistory>()

  take(row: JournalRow): void {
    const { kind, path, visit } = row
    const id = `${path}#${visit}`
    if (kind === 'attempt') this.#open.set(id, addFailed(this.#of(id), { at: row.at, ...row.data }))
    else if (kind === 'lost') this.#open.set(id, { ...this.#of(id), lost: this.#of(id).lost + 1 })
    else if (kind === 'outcome') this.#open.delete(id)
  }

  of(path: string, visit: number): EffectHistory {
    return this.#of(`${path}#${visit}`)
  }

  #of(id: string): EffectHistory {
    return this.#open.get(id) ?? UNTRIED
  }
}

/** The note of a failed attempt says which one of a fallback order comes next. */
const addFailed = (
  history: EffectHistory,
  { at, choice = history.choice }: { at: number; choice?: number },
): EffectHistory => {
  const failed = history.failed + 1
  return { ...history, failed, failedAt: at, choice, before: choice === history.choice ? history.before : failed }
}
