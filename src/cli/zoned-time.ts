/** Times in the time zone of a schedule. */

/** `2026-10-25 02:30:00`. @param at Epoch milliseconds. @param zone IANA name */
export const formatZoned = (at: number, zone: string): string => {
  const parts = partsOf(at, zone)
  const read = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? ''
  return `${read('year')}-${read('month')}-${read('day')} ${read('hour')}:${read('minute')}:${read('second')}`
}

/** `2026-10-25 02:30:00 +02:00 Europe/Berlin`: in the hour that comes twice, the offset tells which. */
export const formatZonedFully = (at: number, zone: string): string => {
  const offset =
    partsOf(at, zone)
      .find(({ type }) => type === 'timeZoneName')
      ?.value.replace('GMT', '') ?? ''
  return `${formatZoned(at, zone)} ${offset === '' ? '+00:00' : offset} ${zone}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

const partsOf = (at: number, zone: string): Intl.DateTimeFormatPart[] => {
  const format = formats.get(zone) ?? createFormat(zone)
  formats.set(zone, format)
  return format.formatToParts(at)
}

const createFormat = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  })
