import type { Figure } from './workload.ts'

/** Name of the row that shows how steady the machine was while a workload was measured. */
export const CALIBRATION = 'fixed work'

const NUMBERS = Array.from({ length: 1000 }, (_, index) => (index * 7919) % 1009)
const REPEATS = 1_000

/** Bare Node at a fixed piece of work, in each process before it measures: how far this spreads is not ours. */
export const calibrate = (): Figure => {
  const sort = (): unknown => NUMBERS.toSorted((a, b) => a - b)
  return { peer: 'node', metric: CALIBRATION, unit: 'µs', value: timeEach(sort, REPEATS) }
}

/** Microseconds a call, after a warm-up. */
export const timeEach = (work: () => unknown, times: number): number => {
  for (let warm = 0; warm < times / 2; warm++) work()
  const started = performance.now()
  for (let done = 0; done < times; done++) work()
  return ((performance.now() - started) / times) * 1000
}
