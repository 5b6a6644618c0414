import { pino } from 'pino'
import type { LogLevel } from './log-event.ts'

/** Writes each line as JSON, with its level. `write` gets whole lines. */
export const createJsonLog = (write: (line: string) => void): ((level: LogLevel, fields: object) => void) => {
  const log = pino(
    { level: 'debug', base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
    { write },
  )
  return (level, fields) => log[level](fields)
}
