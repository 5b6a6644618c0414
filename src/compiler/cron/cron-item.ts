/** One item of a field of a cron schedule: `*`, `9`, `9-17`, `9-17/2`, `*\/2`, and the marks of days and weekdays. */
import { type CronField, type CronProblem, isBetween, sizeOf } from './cron-fields.ts'

export interface CronItem {
  /** Empty for `L` and `LW`. */
  values: readonly number[]
  /** `W`, `L` and `LW` of a day; the occurrence of a weekday within the month. */
  mark?: 'W' | 'L' | 'LW' | Occurrence
}

export type Occurrence = 1 | 2 | 3 | 4 | 5 | 'last'

export const isProblem = (found: object): found is CronProblem => 'problem' in found

export const readItem = (item: string, field: CronField): CronItem | CronProblem => {
  if (field.name === 'day' && DAY_MARK.test(item)) return readMarkedDay(item, field)
  const [, marked = '', nth = 'L'] = (field.name === 'weekday' && WEEKDAY_MARK.exec(item)) || []
  if (marked === '') return readPlain(item, { item, field })
  const mark = OCCURRENCES.get(nth.toUpperCase())
  if (mark === undefined) return explain({ item, field }, { expected: '#1 to #5, or #L for the last in the month' })
  const plain = readPlain(marked, { item, field })
  if (isProblem(plain) || isAny(marked)) return isProblem(plain) ? plain : explain({ item, field })
  return { ...plain, mark }
}

const DAY_MARK = /^(?:lw?|\d+w)$/i

/** `mon#2`, `fri#L` and `friL`. */
const WEEKDAY_MARK = /^(.+?)(?:#(.*)|L)$/i

const OCCURRENCES = new Map<string, Occurrence>([
  ['1', 1],
  ['2', 2],
  ['3', 3],
  ['4', 4],
  ['5', 5],
  ['L', 'last'],
])

const readMarkedDay = (item: string, field: CronField): CronItem | CronProblem => {
  const mark = item.toUpperCase()
  if (mark === 'L' || mark === 'LW') return { values: [], mark }
  const value = Number.parseInt(item, 10)
  return isBetween(value, field) ? { values: [value], mark: 'W' } : explain({ item, field })
}

interface ItemPlace {
  /** The whole item, with its mark. */
  item: string
  field: CronField
}

const PLAIN = /^(?:\*|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/i

export const isAny = (text: string): boolean => text === '*'

const readPlain = (text: string, place: ItemPlace): CronItem | CronProblem => {
  const { field } = place
  const [match, first, last, steps = '1'] = PLAIN.exec(text) ?? []
  if (match === undefined) return explain(place)
  const step = Number(steps)
  if (!isBetween(step, { least: 1, most: sizeOf(field) }))
    return explain(place, { expected: `a step from 1 to ${sizeOf(field)}` })
  if (first === undefined) return { values: listValues({ from: field.least, to: lastOf(field), step }) }
  if (last === undefined && text.includes('/'))
    return explain(place, {
      expected: 'a step after * or a range',
      meant: `${first}-${lastOf(field)}${text.slice(text.indexOf('/'))}`,
    })
  return readRange({ first, last: last ?? first, step }, place)
}

const readRange = (
  { first, last, step }: { first: string; last: string; step: number },
  place: ItemPlace,
): CronItem | CronProblem => {
  const { field } = place
  const from = toNumber(first, field)
  const to = isSunday(last, field) && first !== last ? 7 : toNumber(last, field)
  if (from === undefined || to === undefined)
    return explain(place, suggestWord(from === undefined ? first : last, place))
  if (from <= to) return { values: listValues({ from, to, step }) }
  const [lowest, highest] = [toText(field.least, { field, like: last }), toText(lastOf(field), { field, like: first })]
  return explain(place, { expected: 'the smaller value first', meant: `${first}-${highest},${lowest}-${last}` })
}

/** As the end of a range, Sunday is the last day. */
const isSunday = (text: string, { name }: CronField): boolean => name === 'weekday' && text.toLowerCase() === 'sun'

/** The last value that has no second number. */
const lastOf = ({ least, ...field }: CronField): number => least + sizeOf({ least, ...field }) - 1

const listValues = ({ from, to, step }: { from: number; to: number; step: number }): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, place) => from + place * step)

const toNumber = (text: string, field: CronField): number | undefined => {
  const word = field.words?.indexOf(text.toLowerCase()) ?? -1
  const value = word >= 0 ? word + field.least : /^\d+$/.test(text) ? Number(text) : Number.NaN
  return isBetween(value, field) ? value : undefined
}

/** Writes a value as a word if the other end of the range is one. */
const toText = (value: number, { field: { words, least }, like }: { field: CronField; like: string }): string =>
  (/^\d/.test(like) ? undefined : words?.[value - least]) ?? String(value)

const suggestWord = (text: string, { field: { words = [] }, item }: ItemPlace): Explained => {
  const known = words.find((word) => text.toLowerCase().startsWith(word))
  return known === undefined ? {} : { hint: `write ${known}`, meant: item.replace(text, known) }
}

interface Explained {
  expected?: string
  /** The text in place of the item. */
  meant?: string
  /** Default: the text to write. */
  hint?: string
}

const explain = (
  { item, field }: ItemPlace,
  { expected = field.forms, meant, hint = meant && `write ${meant}` }: Explained = {},
): CronProblem => ({
  problem: `has '${item}' for the ${field.name}`,
  expected,
  ...(hint === undefined ? {} : { hint }),
  ...(meant === undefined ? {} : { fix: { item, text: meant } }),
})
