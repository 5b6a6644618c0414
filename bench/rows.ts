import type { Measured } from './workload.ts'

/** One repeat of one workload by one peer. */
export interface Sample extends Measured {
  peer: string
  id: string
}

/** One line of the result, in the shape of the JSON that `--json` prints. */
export interface Row {
  id: string
  peer: string
  metric: string
  unit: string
  median: number
  min: number
  max: number
  /** How many repeats. */
  n: number
  note: string
}

export const toRows = (samples: readonly Sample[]): Row[] => {
  const rows = new Map<string, Omit<Row, 'median' | 'min' | 'max' | 'n'> & { values: number[] }>()
  for (const { id, peer, note, figures } of samples)
    for (const { metric, unit, value, peer: by = peer, note: own = by === 'node' ? '' : note } of figures) {
      const key = `${id} ${by} ${metric}`
      const row = rows.get(key) ?? { id, peer: by, metric, unit, note: own, values: [] }
      row.values.push(value)
      rows.set(key, row)
    }
  return [...rows.values()].map(({ id, peer, metric, unit, note, values }) => {
    const sorted = values.toSorted((a, b) => a - b)
    const [min = 0, max = 0] = [sorted[0], sorted.at(-1)]
    return { id, peer, metric, unit, median: middle(sorted), min, max, n: sorted.length, note }
  })
}

const middle = (sorted: readonly number[]): number => {
  const half = sorted.length / 2
  const [low = 0, high = 0] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]]
  return (low + high) / 2
}

/** Median of several measurements of one process. */
export const medianOf = (values: readonly number[]): number => middle(values.toSorted((a, b) => a - b))
