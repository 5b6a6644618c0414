/** The activity of a run for its chart: how each step ended, how often it ran and for how long. A view of the timeline. */
import type { ActivityStatus, RunActivity, StepActivity } from '../../chart/activity.ts'
import { END_NODE } from '../../chart/chart.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { EndedRun } from '../../runtime/effects/run-effect.ts'
import { figuresOf, isPartial, type JournalRow } from '../../store/journal-row.ts'
import { foldTimeline } from './fold-timeline.ts'
import type { Timeline } from './timeline.ts'

/** Takes the workflow as the run began with it. */
export const readRunActivity = (
  workflow: CompiledWorkflow,
  { runId, rows }: { runId: string; rows: readonly JournalRow[] },
): RunActivity => {
  const { state, timeline } = foldTimeline(workflow, { runId, rows })
  const open = [...state.openWaits(), ...state.openTimers().filter(({ name }) => name === 'wait')]
  const steps = listSteps(timeline, new Set(open.map(({ path }) => path)))
  const times = sumTimes(timeline)
  const decisions = groupDecisions(timeline)
  const undone = groupUndone(state.undone)
  const activity = new Map(
    [...steps].map(([path, step]): [string, StepActivity] => [
      path,
      complete(step, {
        ms: times.get(path),
        decisions: decisions.get(path) ?? [],
        undone: undone.get(path) ?? { count: 0, faults: [] },
      }),
    ]),
  )
  const { end } = state
  if (end !== undefined && end.status !== 'completed') activity.set(END_NODE, toEndActivity(end))
  return activity
}

const toEndActivity = ({ status, error }: EndedRun): StepActivity => {
  const ended: StepActivity = {
    status: status === 'cancelled' ? 'cancelled' : 'failed',
    visits: 1,
    ms: undefined,
    failures: 0,
  }
  return error === null ? ended : { ...ended, faults: [error.code] }
}

/** A step is shown with the first of these states that one of its visits has. */
const WEIGHT: readonly ActivityStatus[] = ['waiting', 'running', 'failed', 'cancelled', 'completed', 'skipped']

/** Joins the foreach items of each step. @param waiting Paths of steps that wait for something from outside. */
const listSteps = (timeline: Timeline, waiting: ReadonlySet<string>): Map<string, StepActivity> => {
  const steps = new Map<string, StepActivity>()
  for (const { path: fullPath, visit, status: ended, place, fate, error } of timeline.lastVisits()) {
    if (place === 'inner' || fate === 'cleared') continue
    const status = ended === 'running' && waiting.has(fullPath) ? 'waiting' : ended
    const path = toChartPath(fullPath)
    const { visits, failures, status: known, faults = [] } = steps.get(path) ?? { visits: 0, failures: 0, status }
    const codes = addFault(faults, status === 'failed' ? error : undefined)
    steps.set(path, {
      status: WEIGHT.indexOf(status) < WEIGHT.indexOf(known) ? status : known,
      // A step that is passed over is entered all the same: such a visit counts as none.
      visits: visits + visit - (status === 'skipped' ? 1 : 0),
      ms: undefined,
      failures: failures + (status === 'failed' ? 1 : 0),
      ...(codes.length === 0 ? {} : { faults: codes }),
    })
  }
  return steps
}

/** Most codes that a box has room for. */
const MOST_CODES = 3

const addFault = (known: readonly string[], error: JsonValue | undefined): readonly string[] => {
  const code = isJsonObject(error) ? String(error.code) : undefined
  return code === undefined || known.includes(code) || known.length >= MOST_CODES ? known : [...known, code]
}

/** Milliseconds by step. Blocks have no rows, so that outside of items the time runs from entry to end. */
const sumTimes = (timeline: Timeline): Map<string, number> => {
  const times = new Map<string, number>()
  const add = (path: string, ms: number): void => {
    times.set(path, (times.get(path) ?? 0) + ms)
  }
  for (const { path, startedAt, endedAt, fate } of timeline.visits)
    if (!path.includes('[') && endedAt !== undefined && fate !== 'cut') add(path, endedAt - startedAt)
  for (const { row } of timeline.segments)
    if (row.path.includes('[')) add(toChartPath(row.path), figuresOf(row).ms ?? 0)
  return times
}

type DecisionRow = JournalRow<'decision'>

const groupDecisions = ({ segments }: Timeline): Map<string, DecisionRow[]> =>
  Map.groupBy(
    segments.map(({ row }) => row).filter((row) => row.kind === 'decision'),
    ({ path }) => toChartPath(path),
  )

interface Undone {
  count: number
  /** Codes of the faults of calls that failed. */
  faults: string[]
}

const groupUndone = (undone: NonNullable<EndedRun['undone']>): Map<string, Undone> => {
  const groups = new Map<string, Undone>()
  for (const { path, fault } of undone) {
    const known = groups.get(toChartPath(path)) ?? { count: 0, faults: [] }
    if (fault === undefined) known.count++
    else known.faults.push(fault.code)
    groups.set(toChartPath(path), known)
  }
  return groups
}

const complete = (
  step: StepActivity,
  { ms, decisions, undone }: { ms: number | undefined; decisions: readonly DecisionRow[]; undone: Undone },
): StepActivity => {
  const { count, faults } = undone
  const isUndone = step.status === 'completed' && count > 0 && faults.length === 0 && count === step.visits
  const remarks = [
    ...describeDecisions(decisions),
    ...(count > 0 && !isUndone ? [`${count} undone`] : []),
    ...new Set(faults.map((code) => `not undone: ${code}`)),
  ]
  return {
    ...step,
    ...(isUndone ? { status: 'undone' } : {}),
    ms: ms || undefined,
    ...(remarks.length === 0 ? {} : { remarks }),
  }
}

/** `approved by ann`, `1 of 2 approved: ann`; of several visits `2 approved, 1 rejected`. */
const describeDecisions = (decisions: readonly DecisionRow[]): string[] => {
  const last = decisions.at(-1)
  if (last === undefined) return []
  const { verdict, by, given, count } = last.data
  if (new Set(decisions.map(({ path, visit }) => `${path}#${visit}`)).size === 1) {
    const people = verdict === 'approved' ? decisions.map(({ data }) => data.by) : [by]
    return [
      isPartial(last) ? `${given} of ${count} approved: ${people.join(', ')}` : `${verdict} by ${people.join(', ')}`,
    ]
  }
  const ends = decisions.filter((row) => !isPartial(row))
  const counts = (['approved', 'rejected'] as const).flatMap((one) => {
    const { length } = ends.filter(({ data }) => data.verdict === one)
    return length === 0 ? [] : [`${length} ${one}`]
  })
  return counts.length === 0 ? [] : [counts.join(', ')]
}

/** `grades:2[3]/grade` → `grades/grade`. */
const toChartPath = (path: string): string => path.replaceAll(/(?::\d+)?\[\d+\]/g, '')
