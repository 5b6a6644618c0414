/** Waits that servers ask for before the next attempt (`retry_after_ms` in the details of a fault), and the deadlines that forbid them. */

import type { StepPlace } from '../../compiler/step-place.ts'
import { formatDuration } from '../../core/duration.ts'
import type { FaultData } from '../../core/fault.ts'
import { askedWait, LONGEST_RETRY_AFTER_MS } from '../../core/retry-policy.ts'
import type { TimerRecord } from '../../store/store.ts'
import { stepOfPath } from '../../store/usage-sums.ts'
import { isFinallyBound } from '../waits/open-timers.ts'
import { isUndoing, type OpenEffect, type OpenTimer } from './run-effect.ts'

export interface Deadline {
  /** Epoch milliseconds. */
  at: number
  /** `limits.time ends the run`. */
  words: string
}

export interface DeadlineOptions {
  now: number
  timers: readonly OpenTimer[]
  /** The deadline of the whole run, if it has one. */
  ofRun: readonly TimerRecord[]
  places: ReadonlyMap<string, StepPlace>
}

/** Longest wait of a call that undoes a step: the run ends behind it. */
const LONGEST_UNDO_MS = 300_000

/** The first moment at which an effect would be stopped, whatever it does. */
export const findDeadline = (effect: OpenEffect, { now, timers, ofRun, places }: DeadlineOptions): Deadline => {
  const longest = isUndoing(effect) ? LONGEST_UNDO_MS : LONGEST_RETRY_AFTER_MS
  const own = { at: now + longest, words: `no wait is longer than ${formatDuration(longest)}` }
  if (isUndoing(effect)) return own
  const blocks = timers
    .filter((timer) => timer.name === 'timeout' && isAround(timer, effect, places))
    .map(({ path, dueAt }) => ({ at: dueAt, words: `the timeout of '${path}' comes first` }))
  const ending = timers
    .filter((timer) => effect.isFinal === true && isFinallyBound(timer))
    .map(({ dueAt }) => ({ at: dueAt, words: "'finally' ends first" }))
  const run = ofRun.map(({ dueAt }) => ({ at: dueAt, words: 'limits.time ends the run first' }))
  return [own, ...blocks, ...ending, ...run].reduce((first, one) => (one.at < first.at ? one : first))
}

/** True when the timer is that of a block around the effect, in the same foreach item or around it. */
const isAround = ({ path }: OpenTimer, effect: OpenEffect, places: DeadlineOptions['places']): boolean => {
  const scope = path.slice(0, path.lastIndexOf('/') + 1)
  const ancestors = places.get(stepOfPath(effect.path))?.ancestors ?? []
  return effect.path.startsWith(scope) && ancestors.some(({ id }) => `${scope}${id.value}` === path)
}

/** The fault in place of a wait that would end behind the deadline; undefined: the wait is allowed, or none is asked for. */
export const refuseWait = (
  fault: FaultData,
  { now, deadline }: { now: number; deadline(): Deadline },
): FaultData | undefined => {
  const asked = askedWait(fault)
  if (asked === undefined) return undefined
  const until = now + asked
  const { at, words } = deadline()
  if (until <= at) return undefined
  const time = new Date(Math.min(until, LAST_DATE)).toISOString()
  return {
    code: 'rate_limited',
    message: `the server asked to wait until ${time} (${formatDuration(asked)}), and ${words}: ${fault.message}`,
    retryable: false,
    details: { ...fault.details, retry_at: time },
  }
}

/** Last time value of ECMAScript. */
const LAST_DATE = 8.64e15
