/** Sums of what model calls consumed, over journal rows: for stores without SQL, and the names that all stores share. */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts'
import { UNDO } from '../core/machine-ends.ts'
import type { JournalRow } from './journal-row.ts'
import type { UsageGroup, UsageQuery, UsageSum } from './store.ts'

/** The provider under which a step of kind `workflow` says what its child consumed: no provider of models has this name. */
export const CHILD_PROVIDER = 'workflow'

/** Kinds of rows in which usage stands. */
export const USAGE_KINDS = ['outcome', 'attempt', 'late', 'stopped'] as const

export interface RunRows {
  workflow: string
  rows: readonly JournalRow[]
}

export const sumUsageOf = (runs: Iterable<RunRows>, { by, since = 0, workflow }: UsageQuery): UsageSum[] => {
  const sums = new Map<string, UsageSum>()
  for (const run of runs) {
    if (workflow !== undefined && run.workflow !== workflow) continue
    for (const row of run.rows) {
      if (row.at < since || !(USAGE_KINDS as readonly string[]).includes(row.kind)) continue
      for (const usage of usagesOf(row.data))
        addUsage(sums, groupsOf(by, { usage, row, workflow: run.workflow }), usage)
    }
  }
  return [...sums.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, sum]) => sum)
}

const usagesOf = (data: JsonValue): JsonObject[] =>
  isJsonObject(data) && Array.isArray(data.usage)
    ? data.usage.filter(isJsonObject).filter(({ provider }) => provider !== CHILD_PROVIDER)
    : []

const groupsOf = (
  by: readonly UsageGroup[],
  { usage, row, workflow }: { usage: JsonObject; row: JournalRow; workflow: string },
): [UsageGroup, string][] => {
  const groups: Record<UsageGroup, string> = {
    provider: String(usage.provider),
    model: String(usage.model),
    workflow,
    step: stepOfPath(row.path),
    day: new Date(row.at).toISOString().slice(0, 10),
  }
  return by.map((group) => [group, groups[group]])
}

/**
 * The step of the workflow that a path leads to: `grades[3]/grade` → `grade`; what is performed for a step, as the turns of a
 * model, the tools it calls and the call that undoes it, counts as the step's: `grades:2[3]/write:4/turn_2` → `write`.
 */
export const stepOfPath = (path: string): string => {
  const parts = path.replace(UNDOING, '').split('/')
  while (parts.length > 1 && parts.at(-2)?.endsWith(']') === false) parts.pop()
  return (parts.at(-1) ?? '').replace(/[:[].*/, '')
}

const UNDOING = new RegExp(`^${UNDO}/`)

const addUsage = (sums: Map<string, UsageSum>, groups: [UsageGroup, string][], usage: JsonObject): void => {
  const key = groups.map(([, value]) => value).join('\n')
  const { calls, cache_hits, input_tokens, cached_tokens, output_tokens, cost_usd, unpriced_calls } =
    sums.get(key) ?? NOTHING
  const hits = toNumber(usage.cache_hits)
  const cost = typeof usage.cost_usd === 'number' ? usage.cost_usd : null
  sums.set(key, {
    ...Object.fromEntries(groups),
    calls: calls + (hits === 0 ? 1 : 0),
    cache_hits: cache_hits + hits,
    input_tokens: input_tokens + toNumber(usage.input_tokens),
    cached_tokens: cached_tokens + toNumber(usage.cached_tokens),
    output_tokens: output_tokens + toNumber(usage.output_tokens),
    cost_usd: cost === null ? cost_usd : (cost_usd ?? 0) + cost,
    unpriced_calls: unpriced_calls + (cost === null ? 1 : 0),
  })
}

const NOTHING: UsageSum = {
  calls: 0,
  cache_hits: 0,
  input_tokens: 0,
  cached_tokens: 0,
  output_tokens: 0,
  cost_usd: null,
  unpriced_calls: 0,
}

const toNumber = (value: JsonValue | undefined): number => (typeof value === 'number' ? value : 0)
