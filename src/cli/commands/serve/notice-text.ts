/** Renders the notices of a server as lines for people and as JSON for programs. */
import { formatDuration } from '../../../core/duration.ts'
import type { ServerNotice } from '../../../service/server-notice.ts'
import type { Paint } from '../../paint.ts'
import { explainError } from '../../report-error.ts'
import { STATUS_COLORS } from '../../run-holder.ts'
import { describeFinally } from '../../run-result.ts'
import { describeSkipped } from '../../skipped-text.ts'
import { describeSwept, toSweptJson } from '../../swept-text.ts'

export const describeNotice = (notice: ServerNotice, paint: Paint): string =>
  `${paint.dim(new Date(notice.at).toISOString())} ${describe(notice, paint)}`

const describe = (notice: ServerNotice, paint: Paint): string => {
  switch (notice.type) {
    case 'server.started':
      return `serving ${notice.database} as process ${notice.pid}${notice.url === null ? '' : ` at ${notice.url}`}; Ctrl-C stops`
    case 'server.stopped':
      return `stopped by ${notice.signal}; every run can be resumed`
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
    case 'runs.swept':
      return `retention: ${describeSwept(notice)}`
    case 'slots.skipped':
      return `${paint.yellow('skipped')} ${notice.schedule}: ${describeSkipped(notice.count)} started no run`
    case 'problem': {
      const { code, message, hint } = explainError(notice.cause)
      const about = notice.run ?? notice.schedule ?? 'the database'
      return `${paint.red('problem')} ${about}: ${code}: ${message}${hint === undefined ? '' : `\n  hint: ${hint}`}`
    }
  }
}

const LEFT = {
  waiting: 'waits, and leaves memory',
  lost: 'was taken over by another process',
  left: 'is left, and can be taken up',
  broken: 'could not be written, and is tried again',
} as const

export const toNoticeJson = (notice: ServerNotice): object => {
  const { at, ...rest } = notice
  const time = { time: new Date(at).toISOString() }
  if (rest.type === 'runs.swept') return { ...time, type: rest.type, ...toSweptJson(rest) }
  if (rest.type === 'run.taken') {
    const { isNew, ...taken } = rest
    return { ...time, ...taken, is_new: isNew }
  }
  if (rest.type === 'run.ended') {
    const { durationMs, ...ended } = rest
    return { ...time, ...ended, duration_ms: durationMs }
  }
  if (rest.type !== 'problem' && rest.type !== 'run.held') return { ...time, ...rest }
  const { cause, ...about } = rest
  const { code, message, hint } = explainError(cause)
  return { ...time, ...about, error: { code, message, ...(hint === undefined ? {} : { hint }) } }
}
