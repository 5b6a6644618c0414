/**
 * To be loaded into a process by `--import`: at each SIGUSR2 it says on standard error how long its event loop was blocked at the
 * most since the last time, as `blocked N ms`.
 */
import { writeSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const RESOLUTION_MS = 5

if (isMainThread) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  process.on('SIGUSR2', () => {
    writeSync(2, `blocked ${Math.round(delays.max / 1e6)} ms\n`)
    delays.reset()
  })
}
