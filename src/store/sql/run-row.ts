/** Rows of the tables `run` and `journal`, as both databases return them. */
export const RUN_COLUMNS = `run.key, run.id, run.workflow, definition.hash, run.status, run.created_at, run.ended_at, run.output,
  run.error, run.input_tokens, run.output_tokens, run.cost_usd, run.cache_hits, run.epoch, run.holder, run.lease_until,
  run.phase, run.is_paused, run.origin, run.idempotency_key, run.replaced_by, run.flow_key, run.begun_at, run.needs,
  (select above.id from run above where above.key = run.parent) as parent`
export const FROM_RUN = 'from run join definition on definition.key = run.definition'

export interface RunRow {
  key: number
  id: string
  workflow: string
  hash: string
  status: number
  created_at: number
  ended_at: number | null
  output: string | null
  error: string | null
  input_tokens: number
  output_tokens: number
  cost_usd: number | null
  cache_hits: number | null
  epoch: number
  holder: string | null
  lease_until: number | null
  phase: number
  is_paused: number
  origin: string | null
  idempotency_key: string | null
  replaced_by: string | null
  flow_key: string | null
  begun_at: number | null
  /** JSON list; null: none. */
  needs: string | null
  /** Id. */
  parent: string | null
}

/** Columns that insertWholeRun writes. */
export interface InsertedRun {
  id: string
  workflow: string
  /** Hash. */
  definition: string
  phase: number
  createdAt: number
  epoch: number
  holder: string | null
  /** Id. */
  parent: string | null
  origin: string | null
  key: string | null
  bodyHash: string | null
  flow_key: string | null
  concurrency: number | null
  rank: number | null
  rate_count: number | null
  rate_window_ms: number | null
  isAdmitted: number
  begunAt: number | null
  expireMs: number | null
  needs: string | null
}

export interface StoredRow {
  key: number
  at: number
  kind: number
  path: string
  visit: number
  data: string
}
