import type { RunQuery } from '../../../service/history/select-runs.ts'
import type { ShownRun } from '../../../service/history/shown-runs.ts'
import type { DamagedRows } from '../../damaged-rows.ts'

export interface ListedRun extends ShownRun {
  /** Number of runs above it in the list. */
  depth: number
  /** True: it has more child runs than are listed. */
  isCut: boolean
}

type DamagedRun = DamagedRows['runs'][number]

/** Adds the runs whose rows can't be decoded, as far as they can be read, where they would stand. */
export const withDamaged = (
  runs: readonly ListedRun[],
  { damaged, query: { inputs, status, filter } }: { damaged: readonly DamagedRun[]; query: RunQuery },
): ListedRun[] => {
  const isWanted = inputs.length === 0 && (status === undefined || status === 'damaged')
  if (damaged.length === 0 || !isWanted) return [...runs]
  const all = [...runs, ...damaged.map(toListed)].sort((one, other) => other.createdAt - one.createdAt)
  return all.slice(0, filter.limit)
}

const toListed = ({ id, workflow, createdAt, message }: DamagedRun): ListedRun => ({
  id,
  workflow,
  createdAt,
  shown: 'damaged',
  error: { code: 'corrupt', message, retryable: false, step: null },
  depth: 0,
  isCut: false,
  waits: [],
  missing: [],
  definition: '',
  parent: null,
  status: 'failed',
  phase: 'active',
  isPaused: false,
  needs: [],
  origin: null,
  key: null,
  replacedBy: null,
  begunAt: null,
  endedAt: createdAt,
  output: null,
  usage: { input_tokens: 0, output_tokens: 0, cost_usd: null },
  holder: null,
  epoch: 0,
})
