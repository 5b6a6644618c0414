/** Renders the events of a server as lines for people and as JSON for programs. */
import { formatDuration } from '../../../core/duration.ts'
import type { LogEvent } from '../../../telemetry/log/log-event.ts'
import type { Paint } from '../../paint.ts'
import { explainError } from '../../report-error.ts'
import { STATUS_COLORS } from '../../run-holder.ts'
import { describeFinally } from '../../run-result.ts'
import { describeSkipped } from '../../skipped-text.ts'
import { describeSwept, toSweptJson } from '../../swept-text.ts'

export const describeEvent = (event: LogEvent, paint: Paint): string =>
  `${paint.dim(new Date(event.at).toISOString())} ${describe(event, paint)}`

const describe = (notice: LogEvent, paint: Paint): string => {
  switch (notice.type) {
    case 'server.started':
      return `serving ${notice.database} as process ${notice.pid}${notice.url === null ? '' : ` at ${notice.url}`}; Ctrl-C stops`
    case 'server.stopped':
      return `stopped by ${notice.signal}; every run can be resumed`
    case 'http.refused':
      return `${notice.message}: this server goes on without HTTP; --listen names another address`
    case 'run.taken':
      return `${paint.bold(notice.workflow)} ${notice.run} ${paint.dim(notice.isNew ? 'started' : 'resumed')}`
    case 'run.left':
      return `${paint.bold(notice.workflow)} ${notice.run} ${paint.dim(LEFT[notice.why])}`
    case 'run.held':
      return `${paint.yellow('held')} ${notice.run}: ${explainError(notice.cause).message}`
    case 'run.unheld':
      return `${notice.run} continues`
    case 'run.ended': {
      const { workflow, run, status, durationMs, error, finally: broken } = notice
      const why = error === null ? '' : `: ${error.code}: ${error.message.split('\n')[0]}`
      const rest = broken === undefined ? '' : `; its finally ${describeFinally(broken).split('\n')[0]}`
      const ended = paint[STATUS_COLORS[status]](status)
      return `${paint.bold(workflow)} ${run} ${ended} after ${formatDuration(durationMs)}${why}${rest}`
    }
    case 'runs.unfit':
      return `${paint.yellow('unfit')} without ${notice.missing.join(', ')} this server leaves the runs that need it to others`
    case 'runs.swept':
      return `retention: ${describeSwept(notice)}`
    case 'slots.skipped':
      return `${paint.yellow('skipped')} ${notice.schedule}: ${describeSkipped(notice.count)} started no run`
    case 'step.ended': {
      const { workflow, run, status, durationMs, code } = notice
      const ended = `${status} after ${formatDuration(durationMs)}${code === null ? '' : `: ${code}`}`
      return paint.dim(`${workflow} ${run} ${placeOf(notice)} ${ended}`)
    }
    case 'step.retried': {
      const { workflow, run, attempt, code, retryInMs } = notice
      const failed = `attempt ${attempt} failed: ${code}; again in ${formatDuration(retryInMs)}`
      return paint.dim(`${workflow} ${run} ${placeOf(notice)} ${failed}`)
    }
    case 'http.answered': {
      const { method, route, status, run, durationMs } = notice
      const asked = `${method} ${route}${run === undefined ? '' : ` ${run}`}`
      return status >= 400 ? `${paint.yellow(`${status}`)} ${asked}` : paint.dim(`${status} ${asked} ${durationMs} ms`)
    }
    case 'problem': {
      const { code, message, hint } = explainError(notice.cause)
      const about = notice.run ?? notice.schedule ?? 'the database'
      return `${paint.red('problem')} ${about}: ${code}: ${message}${hint === undefined ? '' : `\n  hint: ${hint}`}`
    }
  }
}

const placeOf = ({ path, visit }: { path: string; visit: number }): string => (visit === 1 ? path : `${path}#${visit}`)

const LEFT = {
  waiting: 'waits, and leaves memory',
  lost: 'was taken over by another process',
  left: 'is left, and can be taken up',
  broken: 'could not be written, and is tried again',
} as const

export const toEventJson = (event: LogEvent): object => {
  const { at, ...rest } = event
  const time = { time: new Date(at).toISOString() }
  if (rest.type === 'runs.swept') return { ...time, type: rest.type, ...toSweptJson(rest) }
  if (rest.type === 'run.taken') {
    const { isNew, ...taken } = rest
    return { ...time, ...taken, is_new: isNew }
  }
  if (rest.type === 'step.retried') {
    const { durationMs, retryInMs, ...retried } = rest
    return { ...time, ...retried, duration_ms: durationMs, retry_in_ms: retryInMs }
  }
  if (rest.type === 'run.ended' || rest.type === 'step.ended' || rest.type === 'http.answered') {
    const { durationMs, ...ended } = rest
    return { ...time, ...ended, duration_ms: durationMs }
  }
  if (rest.type !== 'problem' && rest.type !== 'run.held') return { ...time, ...rest }
  const { cause, ...about } = rest
  const { code, message, hint } = explainError(cause)
  return { ...time, ...about, error: { code, message, ...(hint === undefined ? {} : { hint }) } }
}
