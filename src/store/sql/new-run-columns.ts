/** A new run as text and columns, and how it enters the store. */
import { type Admission, type FlowEntry, type RunFlow, UNBOUND } from '../rules/flow.ts'
import { rowsOf } from '../rules/journal.ts'
import type { KnownRun, NewRun, RunRecord } from '../run-store.ts'
import { toPhaseCode } from './codes.ts'
import type { FlowMemberRow } from './flow-columns.ts'
import { LAST_SEQ } from './journal-key.ts'
import type { LargeText } from './large-text.ts'
import { type PackedRow, packRow, toOriginText } from './run-record.ts'
import type { InsertedRun } from './run-row.ts'
import { toNeedsText } from './server-columns.ts'

/** A run as text. */
export interface PackedRun {
  run: NewRun
  rows: PackedRow[]
  large: LargeText[]
}

/** @throws Defect J2 */
export const packRun = (run: NewRun): PackedRun => {
  const large: LargeText[] = []
  const rows = rowsOf(run, { last: LAST_SEQ }).map((row) => packRow(row, large))
  return { run, rows, large }
}

/** A run that has ended badly, and gives its key to a new one. */
export interface ReplacedRun {
  kind: 'over'
  id: string
  runKey: number
}

export type FoundByKey = KnownRun | ReplacedRun

export type Entry = Admission & Extract<FlowEntry, { kind: 'entered' }>

export const ENTERED = { kind: 'entered', leaving: [], why: 'replaced' } satisfies FlowEntry

export const AT_ONCE: Entry = { ...UNBOUND, ...ENTERED }

/** The columns of a run without a holder. */
export const toInserted = ({
  id,
  workflow,
  definition,
  created,
  parent,
  origin,
  key,
  bodyHash,
  flow,
  needs,
}: NewRun): InsertedRun => ({
  id,
  workflow,
  definition,
  phase: toPhaseCode('queued'),
  createdAt: created.at,
  epoch: 0,
  holder: null,
  parent: parent ?? null,
  origin: origin === undefined ? null : toOriginText(origin),
  key: key ?? null,
  bodyHash: bodyHash ?? null,
  isAdmitted: 0,
  begunAt: created.data.queued === true ? NOT_BEGUN : null,
  expireMs: flow?.expireMs ?? null,
  needs: toNeedsText(needs),
  ...(flow === undefined ? NO_FLOW : toFlowColumns(workflow, flow)),
})

/** The value of `begun_at` before the run begins. */
export const NOT_BEGUN = 0

const NO_FLOW = { flow_key: null, concurrency: null, rank: null, rate_count: null, rate_window_ms: null }

const toFlowColumns = (workflow: string, { key, concurrency, rate, priority = 0 }: RunFlow) => ({
  flow_key: `${workflow} ${key}`,
  concurrency: concurrency ?? null,
  rank: 0 - priority,
  rate_count: rate?.count ?? null,
  rate_window_ms: rate?.windowMs ?? null,
})

/** The run comes behind all others, since it is not in the table yet. */
export const toMember = (workflow: string, flow: RunFlow): FlowMemberRow => ({
  key: Number.MAX_SAFE_INTEGER,
  ...toFlowColumns(workflow, flow),
})

/** The record of a run that was added to the queue. */
export const toQueuedRecord = ({
  id,
  workflow,
  definition,
  parent,
  origin,
  key,
  created,
  needs = [],
}: NewRun): RunRecord => ({
  id,
  workflow,
  definition,
  parent: parent ?? null,
  status: 'running',
  phase: 'queued',
  isPaused: false,
  needs,
  origin: origin ?? null,
  key: key ?? null,
  replacedBy: null,
  createdAt: created.at,
  begunAt: created.data.queued === true ? null : created.at,
  endedAt: null,
  output: null,
  error: null,
  usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 },
  holder: null,
  epoch: 0,
})
