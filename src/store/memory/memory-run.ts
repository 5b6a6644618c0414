/** A run as the store in memory keeps it. */
import type { JournalRow } from '../journal-row.ts'
import type { RunFlow } from '../run-flow.ts'
import type { InboxMessage, NewRun, RunEnd, RunRecord } from '../store.ts'

export interface MemoryRun {
  key: number
  record: RunRecord
  rows: JournalRow[]
  /** Due time by id. */
  timers: Map<string, number>
  /** By id, in order of arrival; null once taken. */
  inbox: Map<string, InboxMessage | null>
  flow: RunFlow | null
  bodyHash: string | undefined
  /** When its flow let it begin. */
  admittedAt: number | null
}

export const createMemoryRun = (key: number, run: NewRun): MemoryRun => ({
  key,
  record: toNewRecord(run),
  rows: run.rows === undefined ? [run.created] : [run.created, ...run.rows],
  timers: new Map(run.timers?.map(({ id, dueAt }) => [id, dueAt])),
  inbox: new Map(),
  flow: run.flow ?? null,
  bodyHash: run.bodyHash,
  admittedAt: null,
})

/** Queued, and held by nobody. */
const toNewRecord = (run: NewRun): RunRecord => ({
  id: run.id,
  workflow: run.workflow,
  definition: run.definition,
  parent: run.parent ?? null,
  status: 'running',
  phase: 'queued',
  isPaused: false,
  origin: run.origin ?? null,
  key: run.key ?? null,
  createdAt: run.created.at,
  endedAt: null,
  output: null,
  error: null,
  usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 },
  holder: null,
  epoch: 0,
})

/** Rows come in order and without gaps, so that a place in the list is a seq. */
export const findSeqProblem = (
  { id, after }: { id: string; after: number },
  rows: readonly JournalRow[],
): string | undefined => {
  let expected = after + 1
  for (const row of rows) {
    if (row.seq !== expected) return `J2: row ${row.seq} of run '${id}': expected seq ${expected}`
    expected += 1
  }
  return undefined
}

export const endRun = (run: MemoryRun, end: RunEnd): void => {
  const { status, at, output, error, usage } = end
  Object.assign(run.record, { status, endedAt: at, output, error, usage, holder: null })
  run.timers.clear()
  run.inbox.clear()
}

export const findWaiting = (run: MemoryRun): InboxMessage[] =>
  [...run.inbox.values()].filter((message) => message !== null)

export const isCancelAsked = (run: MemoryRun): boolean => findWaiting(run).some(({ kind }) => kind === 'cancel')

export const findEarliestTimer = (run: MemoryRun): number => Math.min(...run.timers.values())
