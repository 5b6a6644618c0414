/** The JSON of a past state, as the command line prints it and the HTTP interface answers it. */
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { OpenWait } from '../../runtime/effects/run-effect.ts'
import type { PastRun } from '../history/past-run.ts'
import type { StateAt } from '../history/state-at.ts'
import { toTime } from './time.ts'

/** The state of a run at a moment of its past. */
export const toStateJson = (
  { record, created }: Pick<PastRun, 'record' | 'created'>,
  { row, rowCount, status, steps, ...open }: StateAt,
) => ({
  run: record.id,
  workflow: record.workflow,
  seq: row.seq,
  rows: rowCount,
  at: toTime(row.at),
  status,
  input: created.input,
  usage: open.usage,
  steps: steps.map(({ path, visit, startedAt, endedAt, fromSeq, toSeq, place, fate, ...rest }) => ({
    step: path,
    visit,
    ...rest,
    started_at: toTime(startedAt),
    ended_at: toTime(endedAt ?? null),
    rows: [fromSeq, toSeq ?? null],
  })),
  open: {
    effects: open.effects.map(({ path, visit, input }) => ({ step: path, visit, input })),
    timers: open.timers.map(({ path, visit, name, dueAt }) => ({
      step: path,
      visit,
      timer: name,
      due_at: toTime(dueAt),
    })),
    waits: open.waits.map(toWaitJson),
  },
})

const toWaitJson = (wait: OpenWait): JsonObject => {
  const { path, visit, kind } = wait
  if (kind === 'event') return { kind, step: path, visit, event: wait.event }
  const { title, show, form, by, count, decisions, tool, requestedAt, dueAt } = wait
  return {
    kind,
    step: path,
    visit,
    title,
    show,
    form: isJsonObject(form) ? form : null,
    by,
    count,
    decisions: decisions.map((decision) => ({ ...decision })),
    tool,
    requested_at: toTime(requestedAt),
    due_at: toTime(dueAt),
  }
}
