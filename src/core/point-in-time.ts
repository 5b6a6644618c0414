const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:([Zz])|([+-])(\d\d):(\d\d)))?$/

const MINUTE_MS = 60_000

/** Epoch milliseconds of an RFC 3339 text (`2026-02-28T09:30:00+01:00`) or of a date alone (midnight UTC); undefined when it is neither. */
export const parsePointInTime = (text: string): number | undefined => {
  const match = RFC_3339.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0))
  if (year === undefined || month === undefined || day === undefined) return undefined
  const [offsetHours, offsetMinutes] = [Number(match[10] ?? 0), Number(match[11] ?? 0)]
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59 || offsetHours > 23 || offsetMinutes > 59)
    return undefined
  const date = new Date(0)
  // Date.UTC would take years below 100 for those of the last century.
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  date.setUTCHours(hour ?? 0, minute, second, Math.floor(Number(match[7] ?? 0) * 1000 + 1e-6))
  const offset = (offsetHours * 60 + offsetMinutes) * MINUTE_MS
  return date.getTime() - (match[9] === '-' ? -offset : offset)
}

/** Completes messages: `expected ${A_POINT_IN_TIME}`. */
export const A_POINT_IN_TIME = 'an RFC 3339 time such as 2026-01-31T08:00:00Z, or a day such as 2026-01-31'

/** A time as people write it: without seconds, or without an offset. */
const LOOSE = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?)?$/

/** Says why a text that looks like a point in time is none. Undefined for all other text. */
export const explainPointInTime = (text: string): string | undefined => {
  const [, date, time, seconds = ':00', offset] = LOOSE.exec(text) ?? []
  if (date === undefined || parsePointInTime(text) !== undefined) return undefined
  if (parsePointInTime(date) === undefined) return `there is no day ${date}`
  const [, hours, minutes] = /^([+-]\d\d):?(\d\d)$/.exec(offset ?? '') ?? []
  const whole = `${date}T${time}${seconds}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`
  if (parsePointInTime(whole) === undefined) return `there is no such time on ${date}`
  return offset === undefined ? `write the offset: ${whole} for UTC` : `write ${whole}`
}

/** RFC 3339 in UTC, with milliseconds; undefined when the year would not have four digits. */
export const formatPointInTime = (epochMs: number): string | undefined => {
  const date = new Date(epochMs)
  const year = date.getUTCFullYear()
  return year >= 0 && year <= 9999 ? date.toISOString() : undefined
}
