import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLI, measurePeakMemory, type Program, timeLaunch } from '../launch.ts'
import { medianOf } from '../rows.ts'
import { ONE_STEP } from '../sources.ts'
import { withFolder } from '../stores.ts'
import type { Figure, Workload } from '../workload.ts'

const LAUNCHES = 7

/** From the start of the process to its end, on a database that is there already. */
export const coldStart: Workload = {
  id: 'W5',
  note: 'a new process to the result of a workflow of one step',
  measure: () =>
    withFolder(async (folder) => {
      if (!existsSync(CLI)) throw new Error(`there is no ${CLI}: run npm run build first`)
      writeFileSync(join(folder, 'one-step.yaml'), ONE_STEP)
      const troupe = { args: [CLI, 'run', 'one-step.yaml', '--quiet'], folder }
      const bareNode = { args: ['-e', '0'] }
      // Makes the database, then fills the cache of compiled code.
      for (let warm = 0; warm < 3; warm++) timeLaunch(troupe)
      return measureLaunches([
        { peer: 'troupe', program: troupe },
        { peer: 'node', program: bareNode },
      ])
    }),
}

/** In turn, so that a slow moment hits all alike. */
export const measureLaunches = (programs: readonly { peer: string; program: Program }[]): Figure[] => {
  const times = programs.map((): number[] => [])
  for (let launch = 0; launch < LAUNCHES; launch++)
    for (const [index, { program }] of programs.entries()) times[index]?.push(timeLaunch(program))
  return programs.flatMap(({ peer, program }, index) => [
    { peer, metric: 'wall time', unit: 'ms', value: medianOf(times[index] ?? []) },
    { peer, metric: 'peak memory', unit: 'MiB', value: measurePeakMemory(program) },
  ])
}
