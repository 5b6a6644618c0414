/**
 * The figures that Troupe is to reach, most of them as a ratio to a peer in the same run. What they come to is added to
 * the note of a row. Where the same fixed work of bare Node's spread too far from repeat to repeat, nothing is judged:
 * then the machine was measured, not the program.
 */
import { availableParallelism } from 'node:os'
import { CALIBRATION } from './calibration.ts'
import type { Row } from './rows.ts'
import { toBusyCores } from './server-rows.ts'

interface Target {
  id: string
  metric: string
  /** At most, or where more is better at least. */
  bound: 'at most' | 'at least'
  limit: number
  /** The limit is so many times this other row. BEST_PEER: that of the best other program. */
  of?: { peer: string; metric: string }
  /** True: it can be reached only where the other row left as many cores idle as it asks for. */
  needsRoom?: boolean
}

/** Stands for the other programs of a run. */
const BEST_PEER = 'best peer'

const TARGETS: readonly Target[] = [
  { id: 'W1', metric: 'memory store', bound: 'at most', limit: 0.5, of: { peer: 'mastra', metric: 'memory store' } },
  { id: 'W2', metric: 'memory store', bound: 'at most', limit: 0.6, of: { peer: 'mastra', metric: 'memory store' } },
  { id: 'W3', metric: '100, memory store', bound: 'at most', limit: 8 },
  { id: 'W3', metric: '1000, memory store', bound: 'at most', limit: 40 },
  { id: 'W3', metric: '100, durable', bound: 'at most', limit: 2, of: { peer: 'troupe', metric: '100, memory store' } },
  {
    id: 'W3',
    metric: '1000, durable',
    bound: 'at most',
    limit: 2,
    of: { peer: 'troupe', metric: '1000, memory store' },
  },
  { id: 'W4', metric: 'sequential', bound: 'at least', limit: 1_000 },
  { id: 'W4', metric: '100 at once', bound: 'at least', limit: 2_000 },
  { id: 'W5', metric: 'wall time', bound: 'at most', limit: 3, of: { peer: 'node', metric: 'wall time' } },
  { id: 'W5', metric: 'peak memory', bound: 'at most', limit: 70 },
  { id: 'W6', metric: 'a run', bound: 'at most', limit: 0.3 },
  { id: 'W7', metric: '10000 times', bound: 'at most', limit: 100 },
  { id: 'W7', metric: '10000 times', bound: 'at most', limit: 1.1, of: { peer: 'troupe', metric: '1000 times' } },
  {
    id: 'W7',
    metric: '10000 times, state grows',
    bound: 'at most',
    limit: 1.1,
    of: { peer: 'troupe', metric: '1000 times, state grows' },
  },
  { id: 'W8', metric: 'a run', bound: 'at most', limit: 1_536 },
  { id: 'W10', metric: '1000 runs', bound: 'at most', limit: 2 },
  { id: 'W10', metric: '1000 runs, peak memory', bound: 'at most', limit: 512 },
  { id: 'W10', metric: '10000 runs', bound: 'at most', limit: 10 },
  { id: 'W10', metric: '10000 runs, peak memory', bound: 'at most', limit: 512 },
  { id: 'W11', metric: 'HTTP submit to accepted, p50', bound: 'at most', limit: 3 },
  { id: 'W11', metric: '1 server', bound: 'at least', limit: 5, of: { peer: BEST_PEER, metric: '1 server' } },
  {
    id: 'W11',
    metric: '2 servers',
    bound: 'at least',
    limit: 1.5,
    of: { peer: 'troupe', metric: '1 server' },
    needsRoom: true,
  },
  { id: 'W12', metric: 'a page on SQLite, p95', bound: 'at most', limit: 50 },
  { id: 'W12', metric: 'a page on Postgres, p95', bound: 'at most', limit: 50 },
  { id: 'W13', metric: '50000 rows of a loop', bound: 'at most', limit: 1 },
  { id: 'W13', metric: '50000 rows of a foreach', bound: 'at most', limit: 1 },
  { id: 'L1', metric: 'openai, above the SDK, memory store', bound: 'at most', limit: 2 },
  { id: 'L1', metric: 'openai, above the SDK, durable', bound: 'at most', limit: 2 },
  { id: 'L1', metric: 'ollama, above the SDK, memory store', bound: 'at most', limit: 2 },
  { id: 'L1', metric: 'ollama, above the SDK, durable', bound: 'at most', limit: 2 },
]

/** Above this share of the median, bare Node's repeats say that the machine was not steady. */
const SPREAD_LIMIT = 0.3

/** Units that do not depend on how busy the machine is. */
const SIZES = ['bytes', 'KiB', 'MiB']

/** The same rows, with what they come to in the notes of Troupe's, and the spread in the notes of bare Node's. */
export const judge = (rows: readonly Row[]): Row[] =>
  rows.map((row) => {
    if (row.metric === CALIBRATION) return withNotes(row, [`bare Node, spread ${percent(spreadOf(row))}`])
    if (row.peer !== 'troupe') return row
    return withNotes(
      row,
      TARGETS.filter(({ id, metric }) => id === row.id && metric === row.metric).flatMap((target) =>
        applyTarget(target, { row, rows }),
      ),
    )
  })

const withNotes = (row: Row, notes: readonly string[]): Row => ({
  ...row,
  note: [...notes, row.note].filter((note) => note !== '').join('; '),
})

const applyTarget = (target: Target, { row, rows }: { row: Row; rows: readonly Row[] }): string[] => {
  const { bound, limit, of, id } = target
  const base = of && findBase(target, rows)
  if (of !== undefined && base === undefined) return []
  const value = row.median / (base?.median ?? 1)
  const measured = base === undefined ? '' : `${value.toFixed(2)} of ${base.peer}, ${base.metric}; `
  const isReached = bound === 'at most' ? value <= limit : value >= limit
  const steadiness = rows.find((other) => other.id === id && other.metric === CALIBRATION)
  const isSteady = SIZES.includes(row.unit) || steadiness === undefined || spreadOf(steadiness) <= SPREAD_LIMIT
  const without = isReached ? undefined : explainNoRoom(target, rows)
  const verdict = !isSteady
    ? 'not judged, machine unsteady'
    : without !== undefined
      ? `not judged, ${without}`
      : isReached
        ? 'reached'
        : 'MISSED'
  return [`${measured}${bound} ${limit}${of === undefined ? ` ${row.unit}` : ''}: ${verdict}`]
}

/** The row that a target is measured by. */
const findBase = ({ id, of, bound }: Target, rows: readonly Row[]): Row | undefined => {
  const same = rows.filter((row) => row.id === id && row.metric === of?.metric)
  if (of?.peer !== BEST_PEER) return same.find(({ peer }) => peer === of?.peer)
  const isBetter = (one: Row, other: Row): boolean =>
    bound === 'at least' ? one.median > other.median : one.median < other.median
  return same
    .filter(({ peer }) => peer !== 'troupe' && peer !== 'node')
    .reduce<Row | undefined>((best, row) => (best === undefined || isBetter(row, best) ? row : best), undefined)
}

/** Says why this machine has no room for a target, if it has none. */
const explainNoRoom = ({ id, of, limit, needsRoom = false }: Target, rows: readonly Row[]): string | undefined => {
  if (!needsRoom || of === undefined) return undefined
  const cores = availableParallelism()
  const busy = rows.find((row) => row.id === id && row.metric === toBusyCores(of.metric))?.median ?? 0
  return busy * limit > cores ? `'${of.metric}' keeps ${busy.toFixed(1)} of ${cores} cores busy` : undefined
}

const spreadOf = ({ median, min, max }: Row): number => (max - min) / median

const percent = (share: number): string => `${Math.round(share * 100)} %`
