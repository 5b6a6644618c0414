/**
 * To be loaded into a process by `--import`: at each SIGUSR2 it says on standard error how long its event loop was blocked at the
 * most since the last time, and how often for how long, as `blocked N ms {"to_10_ms": 3, …}`.
 */
import { writeSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const RESOLUTION_MS = 5

const BOUNDS_MS = [10, 20, 30, 40, 50, 100, 200]

/** Counts the delays between two bounds each, from the shares that lie below. */
const toHistogram = ({ count, percentiles }: ReturnType<typeof monitorEventLoopDelay>): Record<string, number> => {
  const below = [...BOUNDS_MS, Number.POSITIVE_INFINITY].map((bound) =>
    Math.max(0, ...[...percentiles].filter(([, delay]) => delay / 1e6 <= bound).map(([percent]) => percent)),
  )
  return Object.fromEntries(
    below.map((percent, index) => {
      const name = BOUNDS_MS[index] === undefined ? 'more' : `to_${BOUNDS_MS[index]}_ms`
      return [name, Math.round(((percent - (below[index - 1] ?? 0)) * count) / 100)]
    }),
  )
}

if (isMainThread) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  process.on('SIGUSR2', () => {
    writeSync(2, `blocked ${Math.round(delays.max / 1e6)} ms ${JSON.stringify(toHistogram(delays))}\n`)
    delays.reset()
  })
}
