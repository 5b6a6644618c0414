/**
 * What a run did, step by step, from its journal: how each step ended, how often it ran and for how long. The fold says it,
 * since skipped steps, `set` and `fail` leave no rows of their own.
 */
import type { ActivityStatus, RunActivity, StepActivity } from '../../chart/activity.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { StepRecord } from '../../compiler/machine-context.ts'
import type { DecisionData } from '../../runtime/run-event.ts'
import { RunState } from '../../runtime/run-state.ts'
import { contextOf, pathOf, type Scope } from '../../runtime/scope/scope.ts'
import { figuresOf, isEventRow, type JournalRow } from '../../store/journal-row.ts'
import { undoneSteps } from './undone-steps.ts'

/** `workflow` as the run began with it. Rows that fit nothing are passed over. */
export const readRunActivity = (
  workflow: CompiledWorkflow,
  { runId, rows }: { runId: string; rows: readonly JournalRow[] },
): RunActivity => {
  const reader = new ActivityReader()
  const state = new RunState(workflow, (scope) => reader.addScope(scope, 'cancelled'))
  for (const row of rows) {
    if (row.kind === 'created') state.start({ runId, at: row.at, data: row.data })
    else if (isEventRow(row)) state.apply(row)
    reader.takeRow(row, state.root)
  }
  const waiting = [...state.openWaits(), ...state.openTimers().filter(({ name }) => name === 'wait')]
  reader.addWaiting(waiting.map(({ path }) => path))
  for (const scope of openScopes(state.root)) reader.addScope(scope, 'running')
  reader.addUndone(undoneSteps(state))
  return reader.read()
}

const openScopes = (scope: Scope | undefined): Scope[] => {
  if (scope === undefined || scope.isClosed) return []
  const items = [...scope.open.values()].flatMap((open) => [...(open.items?.values() ?? [])])
  return [scope, ...items.flatMap(openScopes)]
}

/** The first of these that any visit has come to is what the step is shown as. */
const WEIGHT: readonly ActivityStatus[] = ['waiting', 'running', 'failed', 'cancelled', 'completed', 'skipped']

class ActivityReader {
  readonly #steps = new Map<string, StepActivity>()
  /** Time spent, by path, milliseconds. */
  readonly #times = new Map<string, number>()
  readonly #records = new Map<string, StepRecord>()
  readonly #startedAt = new Map<string, number>()
  /** Full paths: of steps that wait for something from outside. */
  readonly #waiting = new Set<string>()
  readonly #decisions = new Map<string, Pick<DecisionData, 'verdict' | 'by'>[]>()
  readonly #undone = new Map<string, { count: number; faults: string[] }>()

  /** Blocks have no rows: the time of steps outside of items is that between entry and end. */
  takeRow(row: JournalRow, root: Scope | undefined): void {
    const { ms } = figuresOf(row)
    if (row.path.includes('[') && ms !== undefined) this.#addTime(toChartPath(row.path), ms)
    if (row.kind === 'decision') append(this.#decisions, toChartPath(row.path), row.data)
    if (root === undefined || !(row.kind === 'created' || isEventRow(row))) return
    for (const [id, record] of Object.entries(contextOf(root).steps)) {
      const before = this.#records.get(id)
      if (record === before) continue
      this.#records.set(id, record)
      // One event may end a visit and begin the next: in a loop of a single step.
      const isNewVisit = record.visits > (before?.visits ?? 0)
      if (before?.entered !== undefined && (isNewVisit || record.entered === undefined))
        this.#addTime(id, row.at - (this.#startedAt.get(id) ?? row.at))
      if (isNewVisit) this.#startedAt.set(id, row.at)
    }
  }

  /** `unfinished`: what has become of steps that have begun and not ended. */
  addScope(scope: Scope, unfinished: 'running' | 'cancelled'): void {
    for (const [id, record] of Object.entries(contextOf(scope).steps)) {
      const fullPath = pathOf(scope, id)
      const open = this.#waiting.has(fullPath) ? 'waiting' : unfinished
      const status = record.entered === undefined ? record.status : open
      if (status === 'pending' || !scope.linked.steps.has(id)) continue
      const path = toChartPath(fullPath)
      const { visits, failures, status: known } = this.#steps.get(path) ?? { visits: 0, failures: 0, status }
      this.#steps.set(path, {
        status: WEIGHT.indexOf(status) < WEIGHT.indexOf(known) ? status : known,
        // The last one may have been none: a step that is passed over is entered all the same.
        visits: visits + record.visits - (status === 'skipped' ? 1 : 0),
        ms: undefined,
        failures: failures + (status === 'failed' ? 1 : 0),
      })
    }
  }

  addWaiting(paths: readonly string[]): void {
    for (const path of paths) this.#waiting.add(path)
  }

  addUndone(undone: ReturnType<typeof undoneSteps>): void {
    for (const { path, fault } of undone) {
      const known = this.#undone.get(toChartPath(path)) ?? { count: 0, faults: [] }
      if (fault === undefined) known.count++
      else known.faults.push(fault.code)
      this.#undone.set(toChartPath(path), known)
    }
  }

  read(): RunActivity {
    return new Map([...this.#steps].map(([path, step]) => [path, this.#complete(path, step)]))
  }

  #complete(path: string, step: StepActivity): StepActivity {
    const { count, faults } = this.#undone.get(path) ?? { count: 0, faults: [] }
    const isUndone = step.status === 'completed' && count > 0 && faults.length === 0 && count === step.visits
    const remarks = [
      ...describeDecisions(this.#decisions.get(path) ?? []),
      ...(count > 0 && !isUndone ? [`${count} undone`] : []),
      ...new Set(faults.map((code) => `not undone: ${code}`)),
    ]
    return {
      ...step,
      ...(isUndone ? { status: 'undone' } : {}),
      ms: this.#times.get(path) || undefined,
      ...(remarks.length === 0 ? {} : { remarks }),
    }
  }

  #addTime(path: string, ms: number): void {
    this.#times.set(path, (this.#times.get(path) ?? 0) + ms)
  }
}

/** `approved by ann`; of several `2 approved, 1 rejected`. */
const describeDecisions = (decisions: readonly Pick<DecisionData, 'verdict' | 'by'>[]): string[] => {
  const [first] = decisions
  if (first === undefined) return []
  if (decisions.length === 1) return [`${first.verdict} by ${first.by}`]
  const counts = (['approved', 'rejected'] as const).flatMap((verdict) => {
    const count = decisions.filter((one) => one.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  return [counts.join(', ')]
}

const append = <T>(lists: Map<string, T[]>, key: string, value: T): void => {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** `grades:2[3]/grade` → `grades/grade`. */
const toChartPath = (path: string): string => path.replaceAll(/(?::\d+)?\[\d+\]/g, '')
