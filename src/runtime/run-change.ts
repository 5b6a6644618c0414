/** Effects of one event that the store keeps, as one change: timers, approvals, emitted events, notes, the cancel of child runs. */
import type { Clock } from '../core/clock.ts'
import type { JsonValue } from '../core/json.ts'
import type { ApprovalRecord } from '../store/approval-record.ts'
import type { CloudEventRecord } from '../store/cloud-event-record.ts'
import type { RowDraft } from '../store/journal-row.ts'
import type { RunChange } from '../store/store.ts'
import { CALLED_OFF, toChildId } from './child/child-id.ts'
import { type EffectHistories, nextAttempt } from './effects/effect-history.ts'
import type { EffectListener, EffectRunner } from './effects/effect-runner.ts'
import { toTimerId } from './effects/long-pauses.ts'
import type { OpenTimer, OpenWait, RunEffect } from './effects/run-effect.ts'
import type { RunJournal } from './run-journal.ts'
import { toRequestHash } from './waits/request-hash.ts'

type Kept = Pick<RunChange, 'timersSet' | 'timersCleared' | 'approvalsOpened' | 'approvalsClosed' | 'emitted'>

export interface RunChangesOptions {
  runId: string
  /** False when no step calls another workflow. */
  hasChildren: boolean
  clock: Clock
  journal: RunJournal
  runner: EffectRunner
  histories: EffectHistories
  count: EffectListener['count']
}

export class RunChanges {
  readonly #options: RunChangesOptions

  constructor(options: RunChangesOptions) {
    this.#options = options
  }

  /** The change with everything that the store keeps of these effects. */
  complete(change: RunChange, effects: readonly RunEffect[]): RunChange {
    const { hasChildren, journal } = this.#options
    const drafts = effects.flatMap((effect) => this.#toNotes(effect))
    const full: RunChange = { ...change, ...toKept(effects) }
    const ended = effects.flatMap((effect) => this.#toEndedPause(effect))
    if (ended.length > 0) full.timersCleared = [...(full.timersCleared ?? []), ...ended]
    if (hasChildren) full.asked = effects.flatMap((effect) => this.#toCancelled(effect))
    if (drafts.length > 0) full.rows = [...(change.rows ?? []), ...drafts.map((draft) => journal.row(draft))]
    return full
  }

  /** The part of the effects of the row `created` that follows it in any case; undefined: none. */
  ofFirstFold(effects: readonly RunEffect[]): RunChange | undefined {
    const { journal, clock } = this.#options
    const drafts = effects.flatMap((effect) => toFinallyNote(effect, clock.now()))
    const emitted = keepEmitted(effects)
    if (drafts.length === 0) return emitted.emitted && emitted
    return { ...emitted, rows: drafts.map((draft) => journal.row(draft)) }
  }

  #toNotes(effect: RunEffect): RowDraft<'undo' | 'stopped' | 'finally'>[] {
    const { clock, runner, count } = this.#options
    const at = clock.now()
    if (effect.type !== 'undo.keep' && effect.type !== 'stop') return toFinallyNote(effect, at)
    const { path, visit } = effect
    if (effect.type === 'undo.keep') return [{ kind: 'undo', at, path, visit, data: effect.call }]
    // An effect that is stopped in flight may have happened: the journal says that it had begun.
    const figures = runner.figuresOf(path, visit)
    return figures === undefined ? NONE : [{ kind: 'stopped', at, path, visit, data: count(figures) }]
  }

  /** The store wakes no run for the next attempt of a stopped effect. */
  #toEndedPause(effect: RunEffect): string[] {
    if (effect.type !== 'stop') return NONE
    const { runner, histories } = this.#options
    return runner.isPausing(effect) || histories.of(effect).retryAt !== undefined ? [toTimerId(effect)] : NONE
  }

  /** Cancels the child run of a stopped step, even if no process holds it now. */
  #toCancelled(effect: RunEffect): NonNullable<RunChange['asked']> {
    if (effect.type !== 'stop') return []
    const { runId, runner, histories } = this.#options
    const { path, visit } = effect
    const attempt = runner.attemptOf(path, visit) ?? nextAttempt(histories.of(effect))
    return [{ run: toChildId(runId, `${path}#${visit}.${attempt}`), message: CALLED_OFF }]
  }
}

const NONE: never[] = []

const toFinallyNote = (effect: RunEffect, at: number): RowDraft<'finally'>[] => {
  if (effect.type !== 'finally.begun' && effect.type !== 'finally.cut') return NONE
  const data = effect.type === 'finally.begun' ? { status: effect.status } : effect.cut
  return [{ kind: 'finally', at, path: '', visit: 0, data }]
}

/** Most steps change no timer and ask no other run: nothing is allocated for them. */
const NOTHING: Kept = {}

/** The part that follows from the effects alone. */
const toKept = (effects: readonly RunEffect[]): Kept => ({
  ...keepTimers(effects),
  ...keepApprovals(effects),
  ...keepEmitted(effects),
})

const isOfTimer = ({ type }: RunEffect): boolean => type === 'timer.start' || type === 'timer.stop'

const keepTimers = (effects: readonly RunEffect[]): Kept => {
  if (!effects.some(isOfTimer)) return NOTHING
  const set = new Map<string, OpenTimer>()
  const cleared = new Set<string>()
  for (const effect of effects) {
    // A pause ends as soon as other runs had their turn: no process has to wake the run for it.
    if (effect.type === 'timer.start' && effect.timer.name !== 'pause') {
      cleared.delete(effect.timer.id)
      set.set(effect.timer.id, effect.timer)
    } else if (effect.type === 'timer.stop') {
      set.delete(effect.id)
      cleared.add(effect.id)
    }
  }
  return {
    ...(set.size === 0 ? {} : { timersSet: [...set.values()] }),
    ...(cleared.size === 0 ? {} : { timersCleared: [...cleared] }),
  }
}

const isOfWait = ({ type }: RunEffect): boolean =>
  type === 'wait.open' || type === 'wait.change' || type === 'wait.close'

/** An approval that is opened and closed within one event is not kept. */
const keepApprovals = (effects: readonly RunEffect[]): Kept => {
  if (!effects.some(isOfWait)) return NOTHING
  const opened = new Map<string, ApprovalRecord>()
  const closed: { path: string; visit: number }[] = []
  for (const effect of effects) {
    if (effect.type !== 'wait.open' && effect.type !== 'wait.change' && effect.type !== 'wait.close') continue
    const { wait } = effect
    if (wait.kind !== 'approval') continue
    const { path, visit } = wait
    if (effect.type !== 'wait.close') opened.set(`${path}#${visit}`, toApprovalRecord(wait))
    else if (!opened.delete(`${path}#${visit}`)) closed.push({ path, visit })
  }
  return {
    ...(opened.size === 0 ? {} : { approvalsOpened: [...opened.values()] }),
    ...(closed.length === 0 ? {} : { approvalsClosed: closed }),
  }
}

export const toApprovalRecord = (wait: Extract<OpenWait, { kind: 'approval' }>): ApprovalRecord => {
  const { kind: _, form, ...request } = wait
  return { ...request, form: form as JsonValue, requestHash: toRequestHash(wait) }
}

const keepEmitted = (effects: readonly RunEffect[]): Kept => {
  const emitted = effects.flatMap((effect): CloudEventRecord[] => (effect.type === 'emit' ? [effect.event] : []))
  return emitted.length === 0 ? {} : { emitted }
}
