/**
 * Bounds of a run: the length of its journal and the size of its state. Near a bound the run is warned, beyond it the run fails.
 *
 * 1. J5: the cost of a row does not grow with the journal. The state is not serialized to be measured; each output is measured once.
 * 2. J4: an exceeded limit becomes an event of the journal, so that the fold does not depend on the limits of a release.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { MachineContext, UndoEntry } from '../../compiler/machine-context.ts'
import type { JsonValue } from '../../core/json.ts'
import { type BoundName, LIMITS } from '../../core/limits.ts'
import { sizeOf } from '../../core/value-size.ts'
import type { ReachedData } from '../../store/journal-data.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import { contextOf, type Scope } from '../scope/scope.ts'

/** `exceeded`: the run fails with it. `near`: the journal notes it once. */
export interface Crossing extends ReachedData {
  kind: 'near' | 'exceeded'
}

/** With more steps than this the state is measured only now and then, since a measurement looks at every step. */
const STEPS_A_LOOK = 50

export interface SavedBounds {
  /** Rows that count. */
  rows: number
  /** Bounds that the journal tells of. */
  told: string[]
}

export class RunBounds {
  readonly #mostRows: number
  readonly #told = new Set<string>()
  #rows = 0
  #looks = 0
  #measured: MachineContext['steps'] | undefined

  constructor({ workflow }: Pick<CompiledWorkflow, 'workflow'>) {
    this.#mostRows = Math.max(LIMITS.journal.most, workflow.limits.steps?.value ?? 0)
  }

  save(): SavedBounds {
    return { rows: this.#rows, told: [...this.#told] }
  }

  restore({ rows, told }: SavedBounds): void {
    this.#rows = rows
    for (const one of told) this.#told.add(one)
  }

  /** Counts a row. A bound that an earlier lease holder has warned of is not warned of again. */
  take(row: JournalRow): void {
    // Items of a foreach have `[3]` in their paths; most pauses come from them too.
    const isPause = row.kind === 'timer' && (row.data.timer === 'pause' || row.data.timer === 'rate')
    if (!isPause && !row.path.includes('[')) this.#rows += 1
    if (row.kind === 'budget') this.#told.add(`exceeded ${row.data.limit}`)
    else if (row.kind === 'warning') this.#told.add(`near ${row.data.limit}`)
  }

  /** Bounds that were crossed since the last call. */
  check(root: Scope | undefined): Crossing[] {
    const { journal, context } = LIMITS
    const crossed = this.#cross('journal', this.#rows, { warnsAt: journal.warnsAt, most: this.#mostRows })
    const size = root === undefined ? 0 : this.#measure(contextOf(root))
    return [...crossed, ...this.#cross('context', size, context)]
  }

  #cross(limit: BoundName, amount: number, { warnsAt, most }: { warnsAt: number; most: number }): Crossing[] {
    if (amount <= warnsAt) return NONE
    const kind = amount > most ? 'exceeded' : 'near'
    if (this.#told.has(`exceeded ${limit}`) || this.#told.has(`${kind} ${limit}`)) return NONE
    this.#told.add(`${kind} ${limit}`)
    return [{ kind, limit, amount, allowed: most }]
  }

  /** Size of the state; 0 when it has not changed or is not to be measured now. */
  #measure(context: MachineContext): number {
    const { steps } = context
    if (steps === this.#measured) return 0
    this.#looks += 1
    const every = Math.ceil(Object.keys(steps).length / STEPS_A_LOOK)
    if (this.#looks % every !== 0) return 0
    this.#measured = steps
    // A value that is nested too deep to be measured has infinite size, which JSON cannot hold.
    return Math.min(measureContext(context), Number.MAX_SAFE_INTEGER)
  }
}

const NONE: Crossing[] = []

/** A value that is the output of several steps, as of a block and its last step, counts once. */
const measureContext = ({ input, steps, undo }: MachineContext): number => {
  const seen = new Set<JsonValue>()
  let size = sizeOf(input) + sizeOfUndo(undo)
  for (const id in steps) {
    const { output, error } = steps[id] ?? {}
    for (const value of [output, error]) {
      if (value === undefined || seen.has(value)) continue
      if (typeof value === 'object') seen.add(value)
      size += sizeOf(value)
    }
  }
  return size
}

const undoSizes = new WeakMap<UndoEntry, number>()

/** Measures only the new entries: the list shares its tail, and may be long. */
const sizeOfUndo = (last: UndoEntry | null): number => {
  const open: UndoEntry[] = []
  let entry = last
  while (entry !== null && !undoSizes.has(entry)) {
    open.push(entry)
    entry = entry.before
  }
  let size = entry === null ? 0 : (undoSizes.get(entry) ?? 0)
  for (const one of open.reverse()) {
    size += one.isMark ? 0 : sizeOf(one.call)
    undoSizes.set(one, size)
  }
  return size
}
