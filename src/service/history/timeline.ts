/**
 * The timeline of a run: one fold of its journal, from which traces, profiles, charts, comparisons, forks and pages are thin views.
 *
 * It holds two things. Segments come from the rows alone: one for each row that accounts for time, with its start and end. Visits
 * come from the fold, which needs the workflow: skipped steps, `set`, `switch` and blocks have no rows of their own.
 *
 * 1. (path, visit) names a visit, and finds the segments of its attempts, decisions and deadlines.
 * 2. Without the workflow the timeline has segments and no visits: a journal can be shown that no longer compiles.
 * 3. A row that fits nothing open (J6) is a segment and changes no visit.
 * 4. Work per row does not grow with the number of rows before it (J5).
 */
import type { MachineEvent } from '../../compiler/link/machine-event.ts'
import type { StepRecord, StepStatus } from '../../compiler/machine-context.ts'
import type { JsonValue } from '../../core/json.ts'
import type { OpenWait, RunEffect } from '../../runtime/effects/run-effect.ts'
import type { MachineObserver } from '../../runtime/scope/machine-observer.ts'
import { contextOf, pathOf, type Scope } from '../../runtime/scope/scope.ts'
import { figuresOf, isEventRow, type JournalRow } from '../../store/journal-row.ts'

/** One visit of a step. */
export interface Visit {
  /** Path of the step, with the foreach items around it: `grades[3]/grade`. */
  path: string
  visit: number
  /** Number of the row that entered it. */
  fromSeq: number
  /** Number of the row that ended it. Undefined: it goes on. */
  toSeq: number | undefined
  /** Epoch milliseconds. */
  startedAt: number
  endedAt: number | undefined
  status: Exclude<StepStatus, 'pending'> | 'running'
  /** Evaluated input. Undefined: the step has none, or did not run. */
  input: JsonValue | undefined
  output: JsonValue | undefined
  error: JsonValue | undefined
  attempts: number
  /** `inner`: a turn or call of a model step with tools, or a call that undoes a step. */
  place: 'step' | 'inner'
  /** `cut`: it ended with the run or item around it. `cleared`: a retry of the block around it made its record new. */
  fate: 'own' | 'cut' | 'cleared'
}

/** The time that one row accounts for: an attempt, or a moment. All times in epoch milliseconds. */
export interface Segment {
  row: JournalRow
  startedAt: number
  endedAt: number
  /** True: the row holds its start. False: a moment. */
  isTimed: boolean
  /** Time of the event before the row: a wait that ends with the row began then at the latest. */
  since: number
}

/** A wait for a person or an event. */
export interface TimedWait {
  wait: OpenWait
  startedAt: number
  /** Undefined: it goes on. */
  endedAt: number | undefined
}

/** Reads the segments of a journal, without the workflow. */
export const readTimeline = (rows: readonly JournalRow[]): Timeline => {
  const timeline = new Timeline()
  for (const row of rows) timeline.turnTo(row)
  return timeline
}

export class Timeline implements MachineObserver {
  /** In order of entry. */
  readonly visits: Visit[] = []
  /** In order of the journal. */
  readonly segments: Segment[] = []
  /** In order of their start. */
  readonly waits: TimedWait[] = []
  readonly #visits = new Map<string, Visit>()
  readonly #segments = new Map<string, Segment[]>()
  readonly #waits = new Map<string, TimedWait>()
  readonly #records = new Map<Scope, Map<string, StepRecord>>()
  /** Last visit of each step, by path. */
  readonly #last = new Map<string, Visit>()
  #row: Pick<JournalRow, 'seq' | 'at'> = { seq: 0, at: 0 }
  #eventAt: number | undefined

  /** Takes a row, before it is folded. */
  turnTo(row: JournalRow): void {
    this.#row = row
    const segment = toSegment(row, this.#eventAt ?? row.at)
    this.segments.push(segment)
    if (row.kind === 'created' || isEventRow(row)) this.#eventAt = row.at
    if (row.path === '') return
    const own = this.#segments.get(idOf(row))
    if (own === undefined) this.#segments.set(idOf(row), [segment])
    else own.push(segment)
  }

  /** Takes the effects of the last row. */
  takeEffects(effects: readonly RunEffect[]): void {
    const { at } = this.#row
    for (const effect of effects) {
      if (effect.type === 'wait.open') {
        const wait = { wait: effect.wait, startedAt: at, endedAt: undefined }
        this.waits.push(wait)
        this.#waits.set(idOf(effect.wait), wait)
      } else if (effect.type === 'wait.change' || effect.type === 'wait.close') {
        const wait = this.#waits.get(idOf(effect.wait))
        if (wait === undefined) continue
        wait.wait = effect.wait
        if (effect.type === 'wait.close') wait.endedAt = at
      }
    }
  }

  find(path: string, visit: number): Visit | undefined {
    return this.#visits.get(idOf({ path, visit }))
  }

  /** Segments of one visit, in order of the journal. */
  segmentsOf(place: { path: string; visit: number }): readonly Segment[] {
    return this.#segments.get(idOf(place)) ?? []
  }

  /** Segments by visit; those of the run as a whole belong to none. */
  groups(): IteratorObject<readonly Segment[]> {
    return this.#segments.values()
  }

  /** The last visit of each step. */
  lastVisits(): Iterable<Visit> {
    return this.#last.values()
  }

  opened(scope: Scope): void {
    this.#records.set(scope, new Map())
    this.#look(scope)
  }

  told(scope: Scope, { type, actorId, output, error }: MachineEvent): void {
    this.#look(scope)
    if (scope.linked.steps.size > 0 || actorId === undefined) return
    // Turns and calls of a model step with tools: their records do not hold how they ended.
    const visit = this.#last.get(pathOf(scope, actorId))
    if (visit?.status !== 'running') return
    const isDone = type.startsWith('xstate.done.')
    Object.assign(visit, this.#ended(isDone ? 'completed' : 'failed'), isDone ? { output } : { error })
  }

  closed(scope: Scope): void {
    for (const id of this.#records.get(scope)?.keys() ?? []) {
      const visit = this.#last.get(pathOf(scope, id))
      if (visit?.status === 'running') Object.assign(visit, this.#ended('cancelled'), { fate: 'cut' })
    }
    this.#records.delete(scope)
  }

  #look(scope: Scope): void {
    const known = this.#records.get(scope)
    if (known === undefined) return
    const { steps } = contextOf(scope)
    for (const id in steps) {
      const record = steps[id]
      if (record === undefined || known.get(id) === record) continue
      known.set(id, record)
      this.#take(pathOf(scope, id), { record, place: scope.linked.steps.has(id) ? 'step' : 'inner' })
    }
  }

  #take(path: string, { record, place }: { record: StepRecord; place: Visit['place'] }): void {
    const last = this.#last.get(path)
    // One event may end a visit and begin the next: in a loop of a single step.
    if (last?.status === 'running' && (record.visits > last.visit || record.entered === undefined))
      this.#end(last, record)
    if (last !== undefined && record.entered === undefined && record.status === 'pending') last.fate = 'cleared'
    if (record.visits > (last?.visit ?? 0)) this.#begin(path, { record, place })
  }

  #begin(path: string, { record, place }: { record: StepRecord; place: Visit['place'] }): void {
    const { seq, at } = this.#row
    const { entered } = record
    const visit: Visit = {
      path,
      visit: record.visits,
      fromSeq: seq,
      toSeq: undefined,
      startedAt: at,
      endedAt: undefined,
      status: 'running',
      input: entered?.kind === 'input' ? entered.input : undefined,
      output: undefined,
      error: undefined,
      attempts: 0,
      place,
      fate: 'own',
    }
    this.visits.push(visit)
    this.#visits.set(idOf(visit), visit)
    this.#last.set(path, visit)
    if (entered === undefined) this.#end(visit, record)
  }

  #end(visit: Visit, { status, output, error, attempts }: StepRecord): void {
    Object.assign(visit, this.#ended(status === 'pending' ? 'cancelled' : status), { attempts })
    if (status === 'completed') visit.output = output
    if (status === 'failed') visit.error = error
  }

  #ended(status: Visit['status']): Partial<Visit> {
    return { status, toSeq: this.#row.seq, endedAt: this.#row.at }
  }
}

const idOf = ({ path, visit }: { path: string; visit: number }): string => `${path}#${visit}`

const toSegment = (row: JournalRow, since: number): Segment => {
  const { started, ms = 0 } = figuresOf(row)
  const isTimed = started !== undefined
  return isTimed
    ? { row, startedAt: started, endedAt: started + ms, isTimed, since }
    : { row, startedAt: row.at, endedAt: row.at, isTimed, since }
}
