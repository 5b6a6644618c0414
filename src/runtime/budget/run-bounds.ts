/**
 * How long the journal of a run and how large its state have become, and what of that is to be told or ends it.
 *
 * J5: a row costs the same however many there are; the state is not written down to be measured, its outputs are measured once each.
 * J4: that a limit is exceeded becomes an event of the journal, so the fold does not depend on the numbers of a release.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { MachineContext, UndoEntry } from '../../compiler/machine-context.ts'
import type { JsonValue } from '../../core/json.ts'
import { type BoundName, LIMITS } from '../../core/limits.ts'
import { sizeOf } from '../../core/value-size.ts'
import type { ReachedData } from '../../store/journal-data.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import { contextOf, type Scope } from '../scope/scope.ts'

/** `exceeded`: the run ends with it. `near`: it is noted, once. */
export interface Crossing extends ReachedData {
  kind: 'near' | 'exceeded'
}

/** With more steps than this the state is measured now and then: each measure looks at every step once. */
const STEPS_A_LOOK = 50

export class RunBounds {
  readonly #mostRows: number
  readonly #told = new Set<string>()
  #rows = 0
  #looks = 0
  #measured: MachineContext['steps'] | undefined

  constructor({ workflow }: Pick<CompiledWorkflow, 'workflow'>) {
    this.#mostRows = Math.max(LIMITS.journal.most, workflow.limits.steps?.value ?? 0)
  }

  /** Counts a row; what earlier processes have told is not told again. */
  take(row: JournalRow): void {
    // Items of a foreach have `[3]` in their paths.
    if (!row.path.includes('[')) this.#rows += 1
    if (row.kind === 'budget') this.#told.add(`exceeded ${row.data.limit}`)
    else if (row.kind === 'warning') this.#told.add(`near ${row.data.limit}`)
  }

  /** What has been crossed since the last time. */
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

  /** 0 where nothing has changed, and where it is not its turn. */
  #measure(context: MachineContext): number {
    const { steps } = context
    if (steps === this.#measured) return 0
    this.#looks += 1
    const every = Math.ceil(Object.keys(steps).length / STEPS_A_LOOK)
    if (this.#looks % every !== 0) return 0
    this.#measured = steps
    // What is nested too deep to be measured is infinite, which no journal can hold.
    return Math.min(measureContext(context), Number.MAX_SAFE_INTEGER)
  }
}

const NONE: Crossing[] = []

/** A value that several steps have for their output, as a block has that of its last step, counts once. */
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

/** From the last entry that is known: the list shares its tail, and may be long. */
const sizeOfUndo = (last: UndoEntry | null): number => {
  const open: UndoEntry[] = []
  let entry = last
  while (entry !== null && !undoSizes.has(entry)) {
    open.push(entry)
    entry = entry.before
  }
  let size = entry === null ? 0 : (undoSizes.get(entry) ?? 0)
  for (const one of open.reverse()) {
    size += sizeOf(one.call)
    undoSizes.set(one, size)
  }
  return size
}
