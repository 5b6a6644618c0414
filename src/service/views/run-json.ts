/** The JSON of runs, as the command line prints it and the HTTP interface answers it. */
import { addUsage, NO_USAGE } from '../../runtime/budget/usage-totals.ts'
import type { Submitted } from '../../runtime/submit-run.ts'
import { createdOf, figuresOf, type JournalRow } from '../../store/journal-row.ts'
import type { RunRecord, UsageTotals } from '../../store/store.ts'
import { listAftermath } from '../control/aftermath.ts'
import type { RunWait } from '../control/run-waits.ts'
import { measureRun } from '../history/measure-run.ts'
import type { TracedRun } from '../history/traced-run.ts'
import { type ShownStatus, toShownStatus } from './shown-status.ts'
import { toTime } from './time.ts'

/** `started_at` is null before the run begins. */
const toTimesJson = (run: RunRecord): Record<string, string | number | null> => {
  const { startedAt, durationMs, queuedMs } = measureRun(run)
  return {
    created_at: toTime(run.createdAt),
    started_at: toTime(startedAt),
    ended_at: toTime(run.endedAt),
    duration_ms: durationMs,
    queued_ms: queuedMs,
  }
}

const toWaitJson = ({ dueAt, ...wait }: RunWait): Record<string, unknown> => ({
  ...wait,
  due_at: toTime(dueAt),
})

interface ShownParts {
  status?: ShownStatus
  waits?: readonly RunWait[]
  missing?: readonly string[]
}

/** `missing`: what no live server has for it. Absent: nothing. */
const toMissingJson = (missing: readonly string[]): { missing?: readonly string[] } =>
  missing.length === 0 ? {} : { missing }

/** A run of a list, with what it is known to wait for. */
export const toRunJson = (
  run: RunRecord,
  { status = toShownStatus(run), waits = [], missing = [] }: ShownParts = {},
): Record<string, unknown> => {
  const { id, workflow, parent, origin, replacedBy, usage, error, holder } = run
  return {
    run: id,
    workflow,
    parent,
    status,
    origin,
    replaced_by: replacedBy,
    held_by: status === 'running' && holder !== null ? { pid: holder.pid, host: holder.host.split('/')[0] } : null,
    ...toTimesJson(run),
    usage,
    error: error === null ? null : { code: error.code, message: error.message, step: error.step },
    waits_for: waits.map(toWaitJson),
    ...toMissingJson(missing),
  }
}

/** A submission, accepted once for each key. */
export const toSubmittedJson = ({ run, isNew }: Submitted) => ({
  run: run.id,
  workflow: run.workflow,
  status: toShownStatus(run),
  key: run.key,
  is_new: isNew,
  again_after: run.origin?.kind === 'again' ? run.origin.of : null,
})

/** A run with its journal. */
export const toTraceJson = ({ run, rows, waits, missing, children, started }: TracedRun): Record<string, unknown> => ({
  run: run.id,
  workflow: run.workflow,
  parent: run.parent,
  origin: run.origin,
  replaced_by: run.replacedBy,
  fork: createdOf(rows)?.fork ?? null,
  status: toShownStatus(run),
  ...toTimesJson(run),
  input: createdOf(rows)?.input ?? null,
  output: run.output,
  error: run.error,
  usage: usageOf(run, rows),
  waits_for: waits.map(toWaitJson),
  ...toMissingJson(missing),
  ...listAftermath(run.status, rows),
  journal: rows,
  children: children.map(toShortJson),
  started: started.map(toShortJson),
})

const toShortJson = (run: RunRecord): Record<string, unknown> => ({
  run: run.id,
  workflow: run.workflow,
  status: toShownStatus(run),
  ...toTimesJson(run),
})

/** The row of a run gets its totals at its end; until then they are summed from the journal. */
export const usageOf = (run: RunRecord, rows: readonly JournalRow[]): UsageTotals =>
  run.status === 'running' ? rows.reduce((sum, row) => addUsage(sum, figuresOf(row).usage), NO_USAGE) : run.usage
