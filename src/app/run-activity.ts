/**
 * What a run did, step by step, from its journal: how each step ended, how often it ran and for how long. The fold says it,
 * since skipped steps, `set` and `fail` leave no rows of their own.
 */
import type { ActivityStatus, RunActivity, StepActivity } from '../chart/activity.ts'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { StepRecord } from '../compiler/machine-context.ts'
import type { AttemptFigures, CreatedData, RunEvent } from '../runtime/run-event.ts'
import { RunState } from '../runtime/run-state.ts'
import { contextOf, pathOf, type Scope } from '../runtime/scope.ts'
import { isEventKind, type JournalRow } from '../store/journal-row.ts'

/** `workflow` as the run began with it. Rows that fit nothing are passed over. */
export const readRunActivity = (
  workflow: CompiledWorkflow,
  { runId, rows }: { runId: string; rows: readonly JournalRow[] },
): RunActivity => {
  const reader = new ActivityReader()
  const state = new RunState(workflow, (scope) => reader.addScope(scope, 'cancelled'))
  for (const row of rows) {
    if (row.kind === 'created') state.start({ runId, at: row.at, data: row.data as unknown as CreatedData })
    else if (isEventKind(row.kind)) state.apply(row as unknown as RunEvent)
    reader.takeRow(row, state.root)
  }
  for (const scope of openScopes(state.root)) reader.addScope(scope, 'running')
  return reader.read()
}

const openScopes = (scope: Scope | undefined): Scope[] => {
  if (scope === undefined || scope.isClosed) return []
  const items = [...scope.open.values()].flatMap((open) => [...(open.items?.values() ?? [])])
  return [scope, ...items.flatMap(openScopes)]
}

/** The first of these that any visit has come to is what the step is shown as. */
const WEIGHT: readonly ActivityStatus[] = ['running', 'failed', 'cancelled', 'completed', 'skipped']

class ActivityReader {
  readonly #steps = new Map<string, StepActivity>()
  /** Time spent, by path, milliseconds. */
  readonly #times = new Map<string, number>()
  readonly #records = new Map<string, StepRecord>()
  readonly #startedAt = new Map<string, number>()

  /** Blocks have no rows: the time of steps outside of items is that between entry and end. */
  takeRow(row: JournalRow, root: Scope | undefined): void {
    const { ms } = (row.data ?? {}) as unknown as Partial<AttemptFigures>
    if (row.path.includes('[') && ms !== undefined) this.#addTime(toChartPath(row.path), ms)
    if (root === undefined || !isEventKind(row.kind)) return
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
      const status = record.entered === undefined ? record.status : unfinished
      if (status === 'pending' || !scope.linked.steps.has(id)) continue
      const path = toChartPath(pathOf(scope, id))
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

  read(): RunActivity {
    return new Map([...this.#steps].map(([path, step]) => [path, { ...step, ms: this.#times.get(path) || undefined }]))
  }

  #addTime(path: string, ms: number): void {
    this.#times.set(path, (this.#times.get(path) ?? 0) + ms)
  }
}

/** `grades:2[3]/grade` → `grades/grade`. */
const toChartPath = (path: string): string => path.replaceAll(/(?::\d+)?\[\d+\]/g, '')
