/**
 * Plans a fork: a new run that starts with rows of another run, its origin. It copies the rows up to the start of a step, as far as
 * their answers still fit the questions. The origin is only read (J7).
 *
 * Three folds run side by side, and a row is copied when it fits all three:
 * 1. `was` folds the origin.
 * 2. `probe` folds the same id and times with the changes of the fork. Where its question differs from that of `was`, the recorded
 *    answer does not count.
 * 3. `next` folds the fork, under its own id, with times moved so that it starts now. Deadlines keep their distance.
 */
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { JsonValue } from '../../core/json.ts'
import { UNDO } from '../../core/machine-ends.ts'
import { createRunId } from '../../core/run-id.ts'
import { addUsage, NO_USAGE } from '../../runtime/budget/usage-totals.ts'
import { toEffectId } from '../../runtime/effects/effect-history.ts'
import type { CopiedRun } from '../../runtime/host.ts'
import type { AttemptFigures, CreatedData } from '../../runtime/run-event.ts'
import { begunAtOf, createdOf, expectCreated, figuresOf, isEventRow, type JournalRow } from '../../store/journal-row.ts'
import { findVisit, refuse, type VisitName } from './find-visit.ts'
import { foldTimeline } from './fold-timeline.ts'
import { replaceOutputs, type SetOutput } from './set-outputs.ts'
import { WatchedFold } from './watched-fold.ts'

export interface Origin {
  id: string
  workflow: CompiledWorkflow
  rows: readonly JournalRow[]
}

export interface ForkWish {
  from: VisitName
  /** The workflow, compiled with other models for its aliases. Default: that of the origin. */
  workflow?: CompiledWorkflow
  /** All overrides of aliases, including those of the origin. Default: those of the origin. */
  models?: Record<string, string>
  /** Input, checked and with defaults filled in. Default: that of the origin. */
  input?: JsonValue
  set?: readonly SetOutput[]
  /** Catalogue with the output types that `set` is checked against. */
  catalogue: Catalogue
  /** True: idempotency keys that the host makes hold the id of the origin. Default false. */
  sameKeys?: boolean
  /** Epoch milliseconds. */
  now: number
}

export interface ForkPlan {
  workflow: CompiledWorkflow
  copied: CopiedRun
  data: CreatedData
  /** Recorded answers before the step that are not copied, because their question changed or is not asked. */
  dropped: DroppedRow[]
  /** True: the fork starts at the step. False: it performs the dropped answers again first. */
  isReached: boolean
  /** Steps of the origin that the fork undoes if it fails. */
  undoes: string[]
}

export interface DroppedRow {
  path: string
  visit: number
  /** `changed`: the question differs. `not_reached`: the fork does not ask it by then. */
  reason: 'changed' | 'not_reached'
}

/** @throws Fault `invalid_input` for a step that did not start, and for an output that is not recorded before it or does not fit its type */
export const planFork = async (origin: Origin, wish: ForkWish): Promise<ForkPlan> => {
  const { id: runId } = origin
  const rows = withoutQueue(origin.rows)
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

/** The rows as if the run had begun when it was created: a fork begins as it is made. */
const withoutQueue = (rows: readonly JournalRow[]): readonly JournalRow[] => {
  const [created, ...others] = rows
  const begunAt = begunAtOf(rows)
  if (created?.kind !== 'created' || created.data.queued !== true || begunAt === undefined) return rows
  const { queued: _, ...data } = created.data
  const kept = others.filter(({ kind }) => kind !== 'begun')
  return [{ ...created, data }, ...kept].map((row, index) => ({
    ...row,
    seq: index + 1,
    at: Math.max(row.at, begunAt),
  }))
}

/** Includes the notes of the last event, which follow it. */
const cutPrefix = (rows: readonly JournalRow[], lastSeq: number): readonly JournalRow[] => {
  let length = lastSeq
  while (OF_EVENTS.has(rows[length]?.kind ?? '')) length++
  return rows.slice(0, length)
}

const OF_EVENTS: ReadonlySet<string> = new Set(['undo', 'stopped', 'finally'])

interface Prefix {
  wish: ForkWish
  prefix: readonly JournalRow[]
  /** Replacements by the number of the row. */
  replaced: ReadonlyMap<number, JournalRow<'outcome'>>
}

const copyPrefix = (origin: Origin, { wish, prefix, replaced }: Prefix): ForkPlan => {
  const { now } = wish
  const created = expectCreated(prefix, origin.id).data
  const { fork: _, key_run: _own, request: _request, ...kept } = created
  const data: CreatedData = { ...kept, input: wish.input ?? created.input, models: wish.models ?? created.models }
  const id = createRunId(now)
  const copy = (lastAt: number) => copyEvents(prefix, { origin, wish, data, id, replaced, byMs: now - lastAt })
  const tried = copy(prefix.at(-1)?.at ?? now)
  // The fork starts at the time of its last copied row, which may be before its step.
  const last = prefix.findLast(({ seq }) => seq === 1 || tried.seqs.has(seq))
  const events = tried.dropped.length === 0 ? tried : copy(last?.at ?? now)
  for (const [seq, { path }] of replaced)
    if (!events.seqs.has(seq))
      throw refuse(`the output that is set for '${path}' is not used: the fork does not reach that step`)
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
    undoes: listUndoable(rows),
  }
}

/** Paths of the steps whose undo calls are still to be made. */
const listUndoable = (rows: readonly JournalRow[]): string[] => {
  const made = new Set(rows.flatMap((row) => (row.kind === 'outcome' ? toEffectId(row) : [])))
  return rows.flatMap((row) => (row.kind === 'undo' && !made.has(`${UNDO}/${toEffectId(row)}`) ? row.path : []))
}

const isChanged = ({ input, models, workflow, set = [] }: ForkWish): boolean =>
  input !== undefined || models !== undefined || workflow !== undefined || set.length > 0

interface CopyOptions {
  origin: Origin
  wish: ForkWish
  data: CreatedData
  id: string
  replaced: ReadonlyMap<number, JournalRow<'outcome'>>
  /** Shift of all times, in milliseconds. */
  byMs: number
}

interface CopiedEvents {
  next: WatchedFold
  /** Numbers of the copied events. */
  seqs: ReadonlySet<number>
  dropped: DroppedRow[]
  /** Dropped answers as `PATH#VISIT`. */
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

/** Keeps notes, except attempts of questions that are asked again, and pauses of the origin. */
const isKept = (row: JournalRow, { seqs, anew, next }: CopiedEvents): boolean => {
  if (isEventRow(row)) return seqs.has(row.seq)
  const { kind, path, visit } = row
  return kind !== 'pause' && !next.state.isOpen(path, visit) && !anew.has(`${path}#${visit}`)
}

/** Moves a row in time. Its cost was paid in the origin and is not charged again. */
const toCopied = <R extends JournalRow>(row: R, { seq, byMs }: { seq: number; byMs: number }): R => {
  const copy = { ...row, seq, at: row.at + byMs, data: { ...row.data } }
  // The decision keeps its author and time.
  if (copy.kind === 'decision') copy.data.decided_at ??= new Date(row.at).toISOString()
  const figures = figuresOf(copy)
  if (figures.started !== undefined) figures.started += byMs
  if (figures.usage !== undefined) figures.copied_usage = figures.usage
  delete figures.usage
  delete figures.charged
  return copy
}

/** Includes the usage of a row that the origin copied itself. */
const usageOf = (row: JournalRow): AttemptFigures['usage'] => {
  const { usage, copied_usage: copied } = figuresOf(row)
  return usage ?? copied
}
