/** Compares two runs: the first step that differs, and output, duration and usage of each step. A view of two timelines. */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import { diffJson, type JsonChange } from '../../core/json-diff.ts'
import { addUsage, NO_USAGE } from '../../runtime/budget/usage-totals.ts'
import { createdOf, figuresOf, type JournalRow } from '../../store/journal-row.ts'
import type { RunRecord, UsageTotals } from '../../store/store.ts'
import { foldTimeline } from './fold-timeline.ts'
import type { Segment, Visit } from './timeline.ts'

export interface ComparedRun {
  record: RunRecord
  workflow: CompiledWorkflow
  rows: readonly JournalRow[]
}

export interface RunComparison {
  /** Differences between the inputs of the runs. */
  input: JsonChange[]
  output: JsonChange[]
  /** Index in `steps` of the first step that differs. Null: none does. */
  partsAt: number | null
  /** Steps in the order of the first run, then those of the second run alone. */
  steps: ComparedStep[]
  /** Usage of each run so far. */
  usage: [UsageTotals, UsageTotals]
}

/** One visit of a step in both runs. */
export interface ComparedStep {
  path: string
  visit: number
  /** Null: that run did not reach the step. */
  sides: [StepFigures | null, StepFigures | null]
  /** True: status, output or fault differ. */
  isDifferent: boolean
  input: JsonChange[]
  output: JsonChange[]
  error: JsonChange[]
}

export interface StepFigures {
  status: Visit['status']
  /** Duration in milliseconds. Null: the visit goes on. */
  ms: number | null
  /** Usage of its own calls. The origin paid for the rows that a fork copied. */
  usage: UsageTotals
}

export const compareRuns = (first: ComparedRun, second: ComparedRun): RunComparison => {
  const [one, other] = [readSide(first), readSide(second)]
  const names = new Set([...one.visits.keys(), ...other.visits.keys()])
  const steps = [...names].map((name) => compareStep([one.visits.get(name), other.visits.get(name)]))
  const partsAt = steps.findIndex(({ isDifferent }) => isDifferent)
  return {
    input: diffJson(one.input, other.input),
    output: diffJson(first.record.output, second.record.output),
    partsAt: partsAt === -1 ? null : partsAt,
    steps,
    usage: [one.usage, other.usage],
  }
}

interface Side {
  input: JsonValue
  visits: Map<string, SideVisit>
  usage: UsageTotals
}

type SideVisit = Visit & { usage: UsageTotals }

const readSide = ({ record, workflow, rows }: ComparedRun): Side => {
  const { timeline } = foldTimeline(workflow, { runId: record.id, rows })
  return {
    input: createdOf(rows)?.input ?? null,
    visits: new Map(
      timeline.visits.map((visit): [string, SideVisit] => [
        `${visit.path}#${visit.visit}`,
        { ...visit, usage: sumUsage(timeline.segmentsOf(visit)) },
      ]),
    ),
    usage: sumUsage(timeline.segments),
  }
}

const sumUsage = (segments: readonly Segment[]): UsageTotals =>
  segments.reduce((sum, { row }) => addUsage(sum, figuresOf(row).usage), NO_USAGE)

const compareStep = ([one, other]: [SideVisit | undefined, SideVisit | undefined]): ComparedStep => {
  const { path, visit } = one ?? other ?? { path: '', visit: 0 }
  const output = diffJson(one?.output, other?.output)
  const error = diffJson(toError(one), toError(other))
  return {
    path,
    visit,
    sides: [toFigures(one), toFigures(other)],
    isDifferent: one?.status !== other?.status || output.length + error.length > 0,
    input: one === undefined || other === undefined ? [] : diffJson(one.input, other.input),
    output,
    error,
  }
}

/** Code and message of a fault: other fields may differ between runs. */
const toError = (visit: SideVisit | undefined): JsonValue | undefined => {
  if (!isJsonObject(visit?.error)) return visit?.error
  const { code, message } = visit.error
  return { code: code ?? null, message: message ?? null }
}

const toFigures = (visit: SideVisit | undefined): StepFigures | null =>
  visit === undefined
    ? null
    : {
        status: visit.status,
        ms: visit.endedAt === undefined ? null : visit.endedAt - visit.startedAt,
        usage: visit.usage,
      }
