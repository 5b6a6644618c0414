/** The log of a server: JSON lines for programs, text for a terminal. */
import { systemClock } from '../../../core/clock.ts'
import {
  isLogged,
  LOG_LEVELS,
  type LogEvent,
  type LogLevel,
  observeForLog,
  toLevel,
} from '../../../telemetry/log/log-event.ts'
import { CliError } from '../../cli-error.ts'
import type { Channel, Context } from '../../context.ts'
import { readChoice } from '../../option-values.ts'
import { toVisibleJson } from '../../printable.ts'
import { describeEvent, toEventJson } from './event-text.ts'

const LOG_FORMS = ['json', 'text'] as const

export interface LogOptions {
  /** JSON on standard output. */
  json?: boolean
  log?: string
  logLevel?: string
}

export type ServerLog = ReturnType<typeof observeForLog>

/** @throws CliError */
export const openServerLog = async (context: Context, options: LogOptions): Promise<ServerLog> => {
  const level = readLevel(options.logLevel)
  const write = await openWriter(context, options)
  return observeForLog(systemClock, (event) => {
    if (isLogged(event, level)) write(event)
  })
}

const readLevel = (text: string | undefined): LogLevel =>
  text === undefined ? 'info' : readChoice('--log-level', text, LOG_LEVELS)

const openWriter = async (
  { stdout, stderr }: Context,
  { json = false, log }: LogOptions,
): Promise<(event: LogEvent) => void> => {
  const form = log === undefined ? undefined : readChoice('--log', log, LOG_FORMS)
  if (json && form === 'text')
    throw new CliError('--json and --log text are given: expected one of them', {
      hint: '--json writes the log to standard output, --log to standard error',
    })
  if (json) return openJson(stdout)
  const isText = form === undefined ? stderr.isTerminal : form === 'text'
  if (isText) return (event) => stderr.write(`${describeEvent(event, stderr.paint)}\n`)
  return openJson(stderr)
}

const openJson = async (channel: Channel): Promise<(event: LogEvent) => void> => {
  const { createJsonLog } = await import('../../../telemetry/log/json-log.ts')
  const write = createJsonLog((line) => channel.write(toVisibleJson(line)))
  return (event) => write(toLevel(event), toEventJson(event))
}
