import { type JsonValue, ownValue } from '../../../core/json.ts'
import {
  A_POINT_IN_TIME,
  explainPointInTime,
  formatPointInTime,
  parsePointInTime,
} from '../../../core/point-in-time.ts'
import { describeValue, fail } from '../evaluation.ts'
import { literalOf, NUMBER, STRING, unionOf } from '../type.ts'
import { type FunctionSource, numberAt, textAt } from './function-entry.ts'

const DAY_MS = 86_400_000

/** The units of `date_diff`, and their short names as in durations. */
const UNITS: Readonly<Record<string, number>> = {
  milliseconds: 1,
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
  days: DAY_MS,
  weeks: 7 * DAY_MS,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
}

/** Epoch milliseconds of a point in time. */
const toEpoch = (value: JsonValue | undefined): number => {
  const time = typeof value === 'string' ? parsePointInTime(value) : value
  return typeof time === 'number' ? time : fail(describeMisfit(value))
}

const describeMisfit = (value: JsonValue | undefined): string => {
  const why = explainPointInTime(String(value))
  return `${describeValue(value)} is not a point in time: expected ${A_POINT_IN_TIME}${why === undefined ? '' : `; ${why}`}`
}

/** A fraction of a second may have any number of digits. */
const timeWork = (args: readonly JsonValue[]): number => 2 + ((textAt(args, 0).length + textAt(args, 1).length) >> 6)

const TIME = unionOf([STRING, NUMBER])

export const TIME_FUNCTIONS: readonly FunctionSource[] = [
  {
    signature: 'date(time, days?) → string',
    doc: 'A point in time (RFC 3339 text, a date alone, or epoch milliseconds) plus so many days, as RFC 3339 text in UTC with milliseconds. Texts of this form compare in the order of time.',
    example: "date('2026-02-28T12:00:00+01:00', 1) == '2026-03-01T11:00:00.000Z'",
    isMethod: false,
    parameters: [
      { name: 'time', type: TIME },
      { name: 'days', type: NUMBER, optional: true },
    ],
    result: STRING,
    work: timeWork,
    evaluate: (args) =>
      formatPointInTime(Math.round(toEpoch(args[0]) + numberAt(args, 1) * DAY_MS)) ??
      fail('the date lies outside the years 0 to 9999'),
  },
  {
    signature: 'date_diff(from, to, unit?) → number',
    doc: "The time from one point in time to another in `'milliseconds'`, `'seconds'`, `'minutes'`, `'hours'`, `'days'` (default) or `'weeks'`, or in the units of durations (`'ms'` to `'w'`), with its fraction; negative if `to` is earlier.",
    example: "date_diff('2026-02-28', '2026-03-01T12:00:00Z') == 1.5 && date_diff(60000, 0, 'seconds') == -60",
    isMethod: false,
    parameters: [
      { name: 'from', type: TIME },
      { name: 'to', type: TIME },
      { name: 'unit', type: unionOf(Object.keys(UNITS).map(literalOf)), optional: true },
    ],
    result: NUMBER,
    work: timeWork,
    evaluate: (args) => {
      const unit = textAt(args, 2, 'days')
      return (toEpoch(args[1]) - toEpoch(args[0])) / (ownValue(UNITS, unit) ?? DAY_MS) + 0
    },
  },
]
