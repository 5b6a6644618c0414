/**
 * Reports failed attempts that are followed by another one. The first ones of a step get a line each; in a storm of retries the
 * others are summed up, one line for each window.
 *
 * Attempts are counted by the step of the root machine: a foreach may have a thousand items that all retry.
 */
import type { Clock } from '../../core/clock.ts'
import { formatDuration } from '../../core/duration.ts'
import type { RunNotice } from '../../runtime/run-notice.ts'
import { describeFault } from '../fault-text.ts'

export type FailedAttempt = Extract<RunNotice, { type: 'attempt.failed' }>

/** Length of a window. */
const WINDOW_MS = 10_000

/** Failures of a step that get a line of their own in the first window. */
const OWN_LINES = 3

export interface RetryReport {
  take(failed: FailedAttempt): void
  /** Reports what is summed up for a step, which ends. */
  flush(step: string): void
  end(): void
}

/** Failures of one step that are not reported yet. */
interface Window {
  since: number
  reported: number
  summed: FailedAttempt[]
  close(): void
}

/** @param say Writes a line below the step. */
export const createRetryReport = (say: (step: string, text: string) => void, clock: Clock): RetryReport => {
  const windows = new Map<string, Window>()
  const open = (step: string, reported: number): Window => {
    const since = clock.now()
    const close = clock.wakeAt(since + WINDOW_MS, () => {
      const isQuiet = windows.get(step)?.summed.length === 0
      flush(step)
      // In a storm, all further failures are summed up.
      if (!isQuiet) windows.set(step, open(step, OWN_LINES))
    })
    return { since, reported, summed: [], close }
  }
  const flush = (step: string): void => {
    const window = windows.get(step)
    windows.delete(step)
    window?.close()
    if (window !== undefined) for (const line of describeSummed(step, { ...window, now: clock.now() })) say(step, line)
  }
  return {
    take(failed) {
      const step = stepOf(failed)
      // The change to another model is never summed up.
      if (failed.fallsBackTo !== undefined) flush(step)
      const window = windows.get(step) ?? open(step, 0)
      windows.set(step, window)
      if (window.reported < OWN_LINES) {
        window.reported++
        say(step, describeFailure(failed))
      } else window.summed.push(failed)
    },
    flush,
    end() {
      for (const step of [...windows.keys()]) flush(step)
    },
  }
}

/** The step of the root machine: `grades` of `grades[3]/grade`. */
const stepOf = ({ effect }: FailedAttempt): string => effect.path.replace(/[:[/].*$/, '')

const describeSummed = (step: string, { since, summed, now }: Window & { now: number }): string[] => {
  const last = summed.at(-1)
  if (last === undefined) return []
  if (summed.length === 1) return [describeFailure(last)]
  const { path } = last.effect
  const place = path === step ? '' : `${path}: `
  const storm = `retried ${summed.length} times in ${formatDuration(now - since)}`
  return [`${step}: ${storm}, last: ${place}${describeFault(last.fault)}`]
}

const describeFailure = ({ effect, fault, figures, retryInMs, fallsBackTo }: FailedAttempt): string => {
  const again = retryInMs === undefined ? 'again' : `again in ${formatDuration(retryInMs)}`
  const next = fallsBackTo === undefined ? again : `now by ${fallsBackTo}`
  return `${effect.path}: attempt ${figures.attempt} failed: ${describeFault(fault)} (${next})`
}
