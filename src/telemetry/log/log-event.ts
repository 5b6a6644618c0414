/**
 * Lines of a server's log, as data: notices of the server, and with them the steps of its runs and the requests that it answers. They name
 * runs and steps, and hold nothing of their content: no inputs, outputs, prompts or secrets.
 */
import type { Clock } from '../../core/clock.ts'
import type { RunNotice } from '../../runtime/run-notice.ts'
import type { ServerNotice } from '../../service/server-notice.ts'
import type { HttpAnswer, ObservedRun, ServerObserver } from '../../service/server-observer.ts'

/** From the least to the most important. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

interface StepPlace {
  run: string
  workflow: string
  /** Path of the step, with the foreach items around it. */
  path: string
  visit: number
}

/** `at` in epoch milliseconds. */
export type LogEvent =
  | ServerNotice
  | ({ at: number } & (
      | ({ type: 'step.ended'; status: 'completed' | 'failed'; durationMs: number; code: string | null } & StepPlace)
      | ({ type: 'step.retried'; attempt: number; durationMs: number; code: string; retryInMs: number } & StepPlace)
      | ({ type: 'http.answered' } & Omit<HttpAnswer, 'ms'> & { durationMs: number })
    ))

export const toLevel = (event: LogEvent): LogLevel => {
  if (event.type === 'http.answered') return toAnswerLevel(event.status)
  if (event.type === 'run.ended') return event.status === 'failed' ? 'warn' : 'info'
  return LEVELS[event.type]
}

const LEVELS: Record<Exclude<LogEvent['type'], 'http.answered' | 'run.ended'>, LogLevel> = {
  'server.started': 'info',
  'http.refused': 'warn',
  'server.stopped': 'info',
  'run.taken': 'info',
  'run.left': 'info',
  'run.held': 'error',
  'run.unheld': 'info',
  'runs.unfit': 'warn',
  'runs.swept': 'info',
  'slots.skipped': 'warn',
  problem: 'error',
  'step.ended': 'debug',
  'step.retried': 'debug',
}

/** Failures of the server, then clients that may attack it or are set up wrongly. */
const toAnswerLevel = (status: number): LogLevel => {
  if (status >= 500) return 'error'
  return [401, 403, 421, 429].includes(status) ? 'warn' : 'debug'
}

/** True for an event of this level or a more important one. The start is always logged: it has the address. */
export const isLogged = (event: LogEvent, least: LogLevel): boolean =>
  event.type === 'server.started' || LOG_LEVELS.indexOf(toLevel(event)) >= LOG_LEVELS.indexOf(least)

/** Turns all that a server does into events. */
export const observeForLog = (
  clock: Pick<Clock, 'now'>,
  onEvent: (event: LogEvent) => void,
): Required<Pick<ServerObserver, 'onNotice' | 'onRunNotice' | 'onRequest'>> => ({
  onNotice: onEvent,
  onRunNotice(notice, run) {
    const event = toStepEvent(notice, run, clock.now())
    if (event !== undefined) onEvent(event)
  },
  onRequest: ({ ms, ...answer }) =>
    onEvent({ type: 'http.answered', at: clock.now(), ...answer, durationMs: Math.round(ms) }),
})

const toStepEvent = (notice: RunNotice, { id, workflow }: ObservedRun, at: number): LogEvent | undefined => {
  if (notice.type !== 'effect.ended' && notice.type !== 'attempt.failed') return undefined
  const { effect, figures } = notice
  const place = { at, run: id, workflow: workflow.name, path: effect.path, visit: effect.visit, durationMs: figures.ms }
  if (notice.type === 'attempt.failed') {
    const { fault, retryInMs = 0 } = notice
    return { type: 'step.retried', ...place, attempt: figures.attempt, code: fault.code, retryInMs }
  }
  const code = 'fault' in notice.outcome ? notice.outcome.fault.code : null
  return { type: 'step.ended', ...place, status: code === null ? 'completed' : 'failed', code }
}
