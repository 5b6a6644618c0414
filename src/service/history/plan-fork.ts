/**
 * A new run with the beginning of another one: the rows up to the start of a step, as far as they still answer what is asked.
 *
 * Three folds go side by side. `was`: the origin. `probe`: the same id and times with what is changed; where it asks something else
 * than `was` did, the recorded answer is none to it. `next`: the fork itself, under its own id, with times moved so that it begins
 * now; deadlines keep their distance. A row is copied when it fits all three. The origin is only read (J7).
 */
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { JsonValue } from '../../core/json.ts'
import { createRunId } from '../../core/run-id.ts'
import { addUsage, NO_USAGE } from '../../runtime/budget/usage-totals.ts'
import type { CopiedRun } from '../../runtime/host.ts'
import type { AttemptFigures, CreatedData } from '../../runtime/run-event.ts'
import { createdOf, expectCreated, figuresOf, isEventRow, type JournalRow } from '../../store/journal-row.ts'
import { findVisit, refuse, type VisitName } from './find-visit.ts'
import { replaceOutputs, type SetOutput } from './set-outputs.ts'
import { foldTimeline } from './timeline.ts'
import { WatchedFold } from './watched-fold.ts'

export interface Origin {
  id: string
  workflow: CompiledWorkflow
  rows: readonly JournalRow[]
}

export interface ForkWish {
  from: VisitName
  /** With other models for its aliases, if they are to change. Default: as the origin. */
  workflow?: CompiledWorkflow
  /** All overrides of aliases, those of the origin included. Default: those. */
  models?: Record<string, string>
  /** Checked, defaults filled in. Default: that of the origin. */
  input?: JsonValue
  set?: readonly SetOutput[]
  /** Knows the output types that `set` is checked against. */
  catalogue: Catalogue
  /** Whether the origin's id stands in the idempotency keys that the host makes. Default false. */
  sameKeys?: boolean
  /** Epoch milliseconds. */
  now: number
}

export interface ForkPlan {
  workflow: CompiledWorkflow
  copied: CopiedRun
  data: CreatedData
  /** Recorded answers before the step that are not copied, since what they answer is asked otherwise, or no longer. */
  dropped: DroppedRow[]
  /** Whether the step is the next to begin; else what was dropped comes before it. */
  isReached: boolean
  /** Steps of the origin that this run would undo, if it failed. */
  undoes: string[]
}

export interface DroppedRow {
  path: string
  visit: number
  /** `changed`: it is asked something else. `not_reached`: by then the run is not there. */
  reason: 'changed' | 'not_reached'
}

/** @throws Fault `invalid_input` for a step that did not begin, and for an output that is not recorded before it or does not fit its type */
export const planFork = async (origin: Origin, wish: ForkWish): Promise<ForkPlan> => {
  const { id: runId, rows } = origin
  const { visits } = foldTimeline(origin.workflow, { runId, rows }).timeline
  const begin = findVisit(visits, { ...wish.from, runId })
  const prefix = cutPrefix(rows, begin.fromSeq)
  const replaced = await replaceOutputs(prefix, {
    set: wish.set ?? [],
    workflow: origin.workflow,
    catalogue: wish.catalogue,
    visits,
  })
  return copyPrefix(origin, { wish, prefix, replaced })
}

/** What is noted of the last event stands behind it. */
const cutPrefix = (rows: readonly JournalRow[], lastSeq: number): readonly JournalRow[] => {
  let length = lastSeq
  while (OF_EVENTS.has(rows[length]?.kind ?? '')) length++
  return rows.slice(0, length)
}

const OF_EVENTS: ReadonlySet<string> = new Set(['undo', 'stopped'])

interface Prefix {
  wish: ForkWish
  prefix: readonly JournalRow[]
  /** In place of the rows of these numbers. */
  replaced: ReadonlyMap<number, JournalRow<'outcome'>>
}

const copyPrefix = (origin: Origin, { wish, prefix, replaced }: Prefix): ForkPlan => {
  const { now } = wish
  const created = expectCreated(prefix, origin.id).data
  const { fork: _, key_run: _own, ...kept } = created
  const data: CreatedData = { ...kept, input: wish.input ?? created.input, models: wish.models ?? created.models }
  const id = createRunId(now)
  const copy = (lastAt: number) => copyEvents(prefix, { origin, wish, data, id, replaced, byMs: now - lastAt })
  const tried = copy(prefix.at(-1)?.at ?? now)
  // It begins when the last row that it has was written, which may be before its step.
  const last = prefix.findLast(({ seq }) => seq === 1 || tried.seqs.has(seq))
  const events = tried.dropped.length === 0 ? tried : copy(last?.at ?? now)
  for (const [seq, { path }] of replaced)
    if (!events.seqs.has(seq))
      throw refuse(`the output that is set for '${path}' is of no use: the fork does not come to it`)
  const rows = cutPrefix(prefix, last?.seq ?? 1)
    .slice(1)
    .filter((row) => isKept(row, events))
    .map((row) => replaced.get(row.seq) ?? row)
  return toPlan(origin, { wish, events, rows, data, id })
}

interface Copied {
  wish: ForkWish
  events: CopiedEvents
  rows: readonly JournalRow[]
  data: CreatedData
  id: string
}

const toPlan = (origin: Origin, { wish, events, rows, data, id }: Copied): ForkPlan => {
  const { next, byMs, startedAt, dropped } = events
  const { workflow = origin.workflow, from, sameKeys = false } = wish
  const usage = rows.reduce((sum, row) => addUsage(sum, usageOf(row)), NO_USAGE)
  const keyRun = createdOf(origin.rows)?.key_run ?? origin.id
  return {
    workflow,
    data,
    copied: {
      id,
      at: startedAt,
      past: {
        fork: { run: origin.id, from: from.path, visit: from.visit, rows: rows.length, usage },
        rows: rows.map((row, index) => toCopied(row, { seq: index + 2, byMs })),
        timers: next.state.openTimers().flatMap(({ id, name, dueAt }) => (name === 'pause' ? [] : [{ id, dueAt }])),
      },
      ...(sameKeys ? { keyRun } : {}),
    },
    dropped,
    isReached: next.timeline.find(from.path, from.visit) !== undefined,
    undoes: rows.filter(({ kind }) => kind === 'undo').map(({ path }) => path),
  }
}

const isChanged = ({ input, models, workflow, set = [] }: ForkWish): boolean =>
  input !== undefined || models !== undefined || workflow !== undefined || set.length > 0

interface CopyOptions {
  origin: Origin
  wish: ForkWish
  data: CreatedData
  id: string
  replaced: ReadonlyMap<number, JournalRow<'outcome'>>
  /** How far times are moved. */
  byMs: number
}

interface CopiedEvents {
  next: WatchedFold
  /** Numbers of the events that are copied. */
  seqs: ReadonlySet<number>
  dropped: DroppedRow[]
  /** The same, by path and visit. */
  anew: ReadonlySet<string>
  byMs: number
  /** Epoch milliseconds. */
  startedAt: number
}

const copyEvents = (
  prefix: readonly JournalRow[],
  { origin, wish, data, id, replaced, byMs }: CopyOptions,
): CopiedEvents => {
  const { workflow = origin.workflow } = wish
  const { at, data: created } = expectCreated(prefix, origin.id)
  const was = new WatchedFold({ ...origin, runId: origin.id, at, data: created })
  const probe = isChanged(wish) ? new WatchedFold({ workflow, runId: origin.id, at, data }) : undefined
  const next = new WatchedFold({ workflow, runId: id, at: at + byMs, data })
  const seqs = new Set<number>()
  const dropped: DroppedRow[] = []
  for (const row of prefix.slice(1)) {
    if (!isEventRow(row)) continue
    const { path, visit, seq } = row
    const given = replaced.get(seq)
    was.apply(row)
    const asked = probe?.questionOf(row)
    const isSame =
      probe === undefined || (asked !== undefined && (given !== undefined || asked === was.questionOf(row)))
    const copy = given ?? row
    if (isSame && next.apply(toCopied(copy, { seq, byMs }))) {
      probe?.apply(copy)
      seqs.add(seq)
    } else dropped.push({ path, visit, reason: isSame || asked === undefined ? 'not_reached' : 'changed' })
  }
  const anew = new Set(dropped.map(({ path, visit }) => `${path}#${visit}`))
  return { next, seqs, dropped, anew, byMs, startedAt: at + byMs }
}

/** Of what is asked anew the earlier attempts do not count, and no pause of the origin is one of the fork. */
const isKept = (row: JournalRow, { seqs, anew, next }: CopiedEvents): boolean => {
  if (isEventRow(row)) return seqs.has(row.seq)
  const { kind, path, visit } = row
  return kind !== 'pause' && !next.state.isOpen(path, visit) && !anew.has(`${path}#${visit}`)
}

/** What it did cost was paid in the origin, and is not charged a second time. */
const toCopied = <R extends JournalRow>(row: R, { seq, byMs }: { seq: number; byMs: number }): R => {
  const copy = { ...row, seq, at: row.at + byMs, data: { ...row.data } }
  // Who decided, and when, stays as it was.
  if (copy.kind === 'decision') copy.data.decided_at ??= new Date(row.at).toISOString()
  const figures = figuresOf(copy)
  if (figures.started !== undefined) figures.started += byMs
  if (figures.usage !== undefined) figures.copied_usage = figures.usage
  delete figures.usage
  delete figures.charged
  return copy
}

/** Also of a row that was copied before. */
const usageOf = (row: JournalRow): AttemptFigures['usage'] => {
  const { usage, copied_usage: copied } = figuresOf(row)
  return usage ?? copied
}
