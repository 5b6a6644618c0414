import { setTimeout as delay } from 'node:timers/promises'
import { medianOf } from './rows.ts'

/**
 * Measures how fast work is done. Each side works for a while before it is measured: V8 compiles code that runs often, and
 * takes a second to compile the whole path of a step. The warm-up has a fixed time, not a fixed number of runs, so that
 * fast and slow sides are equally warm.
 */
const WARM_UP_MS = 1_500
const MEASURE_MS = 1_000

/** Runs per second, so many at once. */
export const measurePace = async (run: () => Promise<unknown>, { atOnce }: { atOnce: number }): Promise<number> => {
  const together = (): Promise<unknown> => Promise.all(Array.from({ length: atOnce }, run))
  await warmUp(together)
  let runs = 0
  const started = performance.now()
  for (; performance.now() - started < MEASURE_MS; runs += atOnce) await together()
  return runs / ((performance.now() - started) / 1000)
}

const FLOW_WARM_UP_MS = 3_000
const FLOW_MEASURE_MS = 4_000

/**
 * Runs per second at a steady state: so many are in flight at any moment, since each that ends is followed by the next. Runs that
 * other processes perform need it: one that waits for the slowest of a group would measure idle servers.
 * @param during Called when the measurement begins; what it returns is called at its end.
 */
export const measureFlow = async (
  run: () => Promise<unknown>,
  { atOnce, during = () => () => {} }: { atOnce: number; during?: () => () => void },
): Promise<number> => {
  let runs = 0
  let isOver = false
  const keepOne = async (): Promise<void> => {
    for (; !isOver; runs++) await run()
  }
  const flow = Promise.all(Array.from({ length: atOnce }, keepOne))
  await Promise.race([flow, delay(FLOW_WARM_UP_MS)])
  const end = during()
  const [before, started] = [runs, performance.now()]
  await Promise.race([flow, delay(FLOW_MEASURE_MS)])
  const pace = (runs - before) / ((performance.now() - started) / 1000)
  end()
  isOver = true
  await flow
  return pace
}

/** Milliseconds a run, one after the other. */
export const timeRuns = async (run: () => Promise<unknown>): Promise<number> =>
  1000 / (await measurePace(run, { atOnce: 1 }))

export const warmUp = async (run: () => Promise<unknown>): Promise<void> => {
  const started = performance.now()
  do await run()
  while (performance.now() - started < WARM_UP_MS)
}

/** Milliseconds a run of each, taken in turn, so that a slow moment hits all alike; of each the middle one. */
export const timeInTurn = async (runs: readonly (() => Promise<unknown>)[]): Promise<number[]> => {
  for (const run of runs) await warmUp(run)
  const times = runs.map((): number[] => [])
  const started = performance.now()
  while (performance.now() - started < MEASURE_MS * runs.length)
    for (const [index, run] of runs.entries()) times[index]?.push(await timeOnce(run))
  return times.map(medianOf)
}

/** Milliseconds of one call. */
export const timeOnce = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await work()
  return performance.now() - started
}

export const repeat = async (run: () => Promise<unknown>, { times, atOnce }: { times: number; atOnce: number }) => {
  for (let done = 0; done < times; done += atOnce) await Promise.all(Array.from({ length: atOnce }, run))
}
