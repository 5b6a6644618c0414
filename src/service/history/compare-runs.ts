/** Two runs side by side: where they part, and what each step gave out, took and did cost in both. */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import { diffJson, type JsonChange } from '../../core/json-diff.ts'
import { addUsage, NO_USAGE } from '../../runtime/budget/usage-totals.ts'
import { createdOf, figuresOf, type JournalRow } from '../../store/journal-row.ts'
import type { RunRecord, UsageTotals } from '../../store/store.ts'
import { foldTimeline, type Segment, type Visit } from './timeline.ts'

export interface ComparedRun {
  record: RunRecord
  workflow: CompiledWorkflow
  rows: readonly JournalRow[]
}

export interface RunComparison {
  /** What the runs began with. */
  input: JsonChange[]
  output: JsonChange[]
  /** The first step that came to something else, by its place in `steps`; null: none did. */
  partsAt: number | null
  /** In the order of the first run; then those of the second alone. */
  steps: ComparedStep[]
  /** Of the runs as a whole, as far as they have come. */
  usage: [UsageTotals, UsageTotals]
}

/** One visit of a step in both runs. */
export interface ComparedStep {
  path: string
  visit: number
  /** Null in the run that did not come to it. */
  sides: [StepFigures | null, StepFigures | null]
  /** Whether status, output or fault differ. */
  isDifferent: boolean
  input: JsonChange[]
  output: JsonChange[]
  error: JsonChange[]
}

export interface StepFigures {
  status: Visit['status']
  /** From its start to its end, in milliseconds; null: it goes on. */
  ms: number | null
  /** Of its own calls; what a fork has copied was paid in its origin. */
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

/** What of a fault tells it from another one. */
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
