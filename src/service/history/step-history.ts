/**
 * What the steps of a run went through, visit by visit, from its journal: when each was entered, with which input, and how it
 * ended. The fold says it, since skipped steps, `set`, `switch` and blocks leave no rows of their own.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { MachineEvent } from '../../compiler/link/machine-event.ts'
import type { StepRecord, StepStatus } from '../../compiler/machine-context.ts'
import type { JsonValue } from '../../core/json.ts'
import type { MachineObserver } from '../../runtime/machine-observer.ts'
import { RunState } from '../../runtime/run-state.ts'
import { contextOf, pathOf, type Scope } from '../../runtime/scope/scope.ts'
import { isEventRow, type JournalRow } from '../../store/journal-row.ts'

/** One visit of a step; (path, visit) names it. */
export interface StepVisit {
  /** Of the step, with the foreach items around it: `grades[3]/grade`. */
  path: string
  visit: number
  /** The row with which it was entered. */
  fromSeq: number
  /** The row with which it ended. Undefined: it has not. */
  toSeq: number | undefined
  /** Epoch milliseconds. */
  startedAt: number
  endedAt: number | undefined
  status: Exclude<StepStatus, 'pending'> | 'running'
  /** What entering it came to. Undefined: it had none, or did not run. */
  input: JsonValue | undefined
  /** Undefined: it has none. */
  output: JsonValue | undefined
  error: JsonValue | undefined
  attempts: number
}

export interface FoldedRun {
  state: RunState
  /** In the order in which they were entered. */
  visits: readonly StepVisit[]
}

/** Folds a journal, as long as it is; rows that fit nothing are passed over. @throws Defect J4, J8 */
export const foldHistory = (
  workflow: CompiledWorkflow,
  { runId, rows }: { runId: string; rows: readonly JournalRow[] },
): FoldedRun => {
  const state = new RunState(workflow)
  const history = new StepHistory()
  state.observe(history)
  for (const row of rows) {
    history.turnTo(row)
    if (row.kind === 'created') state.start({ runId, at: row.at, data: row.data })
    else if (isEventRow(row)) state.apply(row)
  }
  return { state, visits: history.visits }
}

/** Looks on at the fold; is to be told of each row before it is folded. */
export class StepHistory implements MachineObserver {
  readonly visits: StepVisit[] = []
  readonly #records = new Map<Scope, Map<string, StepRecord>>()
  /** The last visit of each step, by path. */
  readonly #last = new Map<string, StepVisit>()
  #row: Pick<JournalRow, 'seq' | 'at'> = { seq: 0, at: 0 }

  turnTo(row: Pick<JournalRow, 'seq' | 'at'>): void {
    this.#row = row
  }

  find(path: string, visit: number): StepVisit | undefined {
    const last = this.#last.get(path)
    return last?.visit === visit ? last : this.visits.find((one) => one.path === path && one.visit === visit)
  }

  opened(scope: Scope): void {
    this.#records.set(scope, new Map())
    this.#look(scope)
  }

  told(scope: Scope, { type, actorId, output, error }: MachineEvent): void {
    this.#look(scope)
    if (scope.linked.steps.size > 0 || actorId === undefined) return
    // The turns and calls of a model step with tools: their records do not say how they ended.
    const visit = this.#last.get(pathOf(scope, actorId))
    if (visit?.status !== 'running') return
    const isDone = type.startsWith('xstate.done.')
    Object.assign(visit, this.#ended(isDone ? 'completed' : 'failed'), isDone ? { output } : { error })
  }

  closed(scope: Scope): void {
    for (const id of this.#records.get(scope)?.keys() ?? []) {
      const visit = this.#last.get(pathOf(scope, id))
      if (visit?.status === 'running') Object.assign(visit, this.#ended('cancelled'))
    }
    this.#records.delete(scope)
  }

  #look(scope: Scope): void {
    const known = this.#records.get(scope)
    if (known === undefined) return
    for (const [id, record] of Object.entries(contextOf(scope).steps ?? {})) {
      if (known.get(id) === record) continue
      known.set(id, record)
      this.#take(pathOf(scope, id), record)
    }
  }

  #take(path: string, record: StepRecord): void {
    const last = this.#last.get(path)
    // One event may end a visit and begin the next: in a loop of a single step.
    if (last?.status === 'running' && (record.visits > last.visit || record.entered === undefined))
      this.#end(last, record)
    if (record.visits > (last?.visit ?? 0)) this.#begin(path, record)
  }

  #begin(path: string, record: StepRecord): void {
    const { seq, at } = this.#row
    const { entered } = record
    const visit: StepVisit = {
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
    }
    this.visits.push(visit)
    this.#last.set(path, visit)
    if (entered === undefined) this.#end(visit, record)
  }

  #end(visit: StepVisit, { status, output, error, attempts }: StepRecord): void {
    Object.assign(visit, this.#ended(status === 'pending' ? 'cancelled' : status), { attempts })
    if (status === 'completed') visit.output = output
    if (status === 'failed') visit.error = error
  }

  #ended(status: StepVisit['status']): Partial<StepVisit> {
    return { status, toSeq: this.#row.seq, endedAt: this.#row.at }
  }
}
