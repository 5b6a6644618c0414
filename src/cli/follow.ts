/**
 * Follows a run until it ends or leaves this process. Ctrl-C cancels the run and a second Ctrl-C leaves it at once. SIGTERM
 * and a closed terminal leave it after its state is written. A run that was left can be resumed.
 */
import type { Local } from '../app/local.ts'
import { NO_USAGE } from '../runtime/budget/usage-totals.ts'
import type { Run, RunExit } from '../runtime/run.ts'
import type { FollowedExit } from './run-result.ts'
import type { RunView } from './view/run-view.ts'

/** Delay of the cancellation, so that a second Ctrl-C can leave a run that is not cancelled yet. */
const SECOND_PRESS_MS = 500

/** Timeouts for leaving a run. */
const LEAVE_MS = 5_000
const LEAVE_AT_ONCE_MS = 250

const LEAVING = ['SIGTERM', 'SIGHUP'] as const

export const follow = async (run: Run, { local, view }: { local: Local; view: RunView }): Promise<FollowedExit> => {
  const since = Date.now()
  let signal: NodeJS.Signals | undefined
  let cancelling: NodeJS.Timeout | undefined
  let leave: () => void = () => {}
  const left = new Promise<'left'>((resolve) => {
    leave = () => resolve('left')
  })
  const leaveWithin = (ms: number): void => {
    clearTimeout(cancelling)
    setTimeout(leave, ms).unref()
    local.close().then(leave, leave)
  }
  const interrupt = (): void => {
    if (signal === 'SIGINT') {
      leaveWithin(LEAVE_AT_ONCE_MS)
      return
    }
    signal = 'SIGINT'
    view.say('cancelling … (Ctrl-C again leaves at once)')
    cancelling = setTimeout(() => run.cancel('Ctrl-C'), SECOND_PRESS_MS)
  }
  const terminate = (name: NodeJS.Signals): void => {
    signal = name
    leaveWithin(LEAVE_MS)
  }
  process.on('SIGINT', interrupt)
  for (const name of LEAVING) process.on(name, terminate)
  try {
    const exit = await Promise.race([run.exited, left])
    return { ...(await settledExit(run, { first: exit, since })), signal }
  } finally {
    clearTimeout(cancelling)
    process.off('SIGINT', interrupt)
    for (const name of LEAVING) process.off(name, terminate)
  }
}

/** The exit by now: the run may have ended before it was left, and only wait for its actors. */
const settledExit = async (
  run: Run,
  { first, since }: { first: RunExit | 'left'; since: number },
): Promise<RunExit> => {
  const exit = first === 'left' ? await Promise.race([run.exited, Promise.resolve({ kind: 'left' } as const)]) : first
  const { end } = run.state
  if (exit.kind !== 'left' || end === undefined) return exit
  const at = Date.now()
  return { kind: 'ended', end: { ...end, at, usage: NO_USAGE }, durationMs: at - since }
}
