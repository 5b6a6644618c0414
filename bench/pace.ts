/** How fast work is done: one after the other, or so many at once. */
export interface Pace {
  runs: number
  atOnce: number
}

/** Runs per second. */
export const measurePace = async (run: () => Promise<unknown>, { runs, atOnce }: Pace): Promise<number> => {
  const started = performance.now()
  for (let done = 0; done < runs; done += atOnce) await Promise.all(Array.from({ length: atOnce }, run))
  return runs / ((performance.now() - started) / 1000)
}

/** Milliseconds of one call. */
export const timeOnce = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await work()
  return performance.now() - started
}
