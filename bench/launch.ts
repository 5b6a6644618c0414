/** Programs started anew: how long until they have ended, and how much memory they had at most. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Troupe as it is shipped. */
export const CLI = join(import.meta.dirname, '../dist/cli.js')

const PEAK_MEMORY = join(import.meta.dirname, 'peak-memory.cjs')

export interface Program {
  /** Arguments of Node. */
  args: readonly string[]
  folder?: string
}

/** Milliseconds from start to end. */
export const timeLaunch = (program: Program): number => {
  const started = performance.now()
  launch(program.args, program)
  return performance.now() - started
}

/** MiB, of a launch of its own: the program is asked at its end. */
export const measurePeakMemory = (program: Program): number =>
  Number(launch(['--require', PEAK_MEMORY, ...program.args], program).output[3]) / 1024

const launch = (args: readonly string[], { folder }: Program): ReturnType<typeof spawnSync> => {
  const ended = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    ...(folder !== undefined && { cwd: folder }),
  })
  if (ended.status === 0) return ended
  throw new Error(`node ${args.join(' ')} ended with ${ended.status ?? ended.signal}: ${ended.stderr}`)
}
