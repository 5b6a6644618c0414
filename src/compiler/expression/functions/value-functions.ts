import { roundDecimal } from '../../../core/decimal.ts'
import { losesDigits } from '../../../core/exact-number.ts'
import { isFault } from '../../../core/fault.ts'
import { parseFiniteJson } from '../../../core/finite-json.ts'
import type { JsonValue } from '../../../core/json.ts'
import {
  A_POINT_IN_TIME,
  explainPointInTime,
  formatPointInTime,
  parsePointInTime,
} from '../../../core/point-in-time.ts'
import { chargeTree, describeValue, fail, failUnsafe, textWork } from '../evaluation.ts'
import { ANY, BOOLEAN, listOf, NUMBER, STRING, unionOf } from '../type.ts'
import { formatText } from './format.ts'
import { type FunctionSource, listAt, numberAt, textAt } from './function-entry.ts'

const DAY_MS = 86_400_000

const NUMERIC = { name: 'value', type: unionOf([NUMBER, STRING]) } as const

const readWork = (args: readonly JsonValue[]): number => 1 + textWork(textAt(args, 0).length)

const toNumber = (value: JsonValue | undefined): number => {
  if (typeof value === 'number') return value
  const text = typeof value === 'string' ? value.trim() : ''
  const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(number)) return fail(`${describeValue(value)} is not a number`)
  return losesDigits(text)
    ? failUnsafe(`the number ${describeValue(value)} would lose digits: keep it as text`)
    : number
}

const roundTo = (value: number, digits: number): number => {
  if (!Number.isInteger(digits) || digits < 0 || digits > 15)
    return fail(`${digits} is no number of digits: expected a whole number from 0 to 15`)
  return roundDecimal(value, digits)
}

const parseJson = (text: string): JsonValue => {
  try {
    return parseFiniteJson(text)
  } catch (error) {
    if (isFault(error)) return failUnsafe(error.message)
    // The engine's message would quote the text.
    return fail('the text is not JSON')
  }
}

const addDays = (value: JsonValue | undefined, days: number): string => {
  const start = typeof value === 'string' ? parsePointInTime(value) : numberAt([value ?? null], 0)
  if (start === undefined) return fail(describeMisfit(value))
  return formatPointInTime(Math.round(start + days * DAY_MS)) ?? fail('the date lies outside the years 0 to 9999')
}

const describeMisfit = (value: JsonValue | undefined): string => {
  const why = explainPointInTime(String(value))
  return `${describeValue(value)} is not a point in time: expected ${A_POINT_IN_TIME}${why === undefined ? '' : `; ${why}`}`
}

export const VALUE_FUNCTIONS: readonly FunctionSource[] = [
  {
    signature: 'string(value) → string',
    doc: 'A number or boolean as text.',
    example: "string(1.5) == '1.5'",
    isMethod: false,
    parameters: [{ name: 'value', type: unionOf([STRING, NUMBER, BOOLEAN]) }],
    result: STRING,
    evaluate: ([value]) => String(value),
  },
  {
    signature: 'int(value) → number',
    doc: 'The number without its fraction, or the number that a text holds.',
    example: "int(7 / 2) == 3 && int('-3.9') == -3",
    isMethod: false,
    parameters: [NUMERIC],
    result: NUMBER,
    evaluate: ([value]) => Math.trunc(toNumber(value)) + 0,
  },
  {
    signature: 'double(value) → number',
    doc: 'The number that a text holds; a number is itself.',
    example: "double('0.25') == 1 / 4",
    isMethod: false,
    parameters: [NUMERIC],
    result: NUMBER,
    evaluate: ([value]) => toNumber(value) + 0,
  },
  {
    signature: 'bool(value) → boolean',
    doc: "The boolean that a text, 'true' or 'false', holds; a boolean is itself.",
    example: "bool('true')",
    isMethod: false,
    parameters: [{ name: 'value', type: unionOf([BOOLEAN, STRING]) }],
    result: BOOLEAN,
    evaluate: ([value]) => {
      if (value === true || value === 'true') return true
      return value === false || value === 'false' ? false : fail(`${describeValue(value)} is not 'true' or 'false'`)
    },
  },
  {
    signature: 'dyn(value) → any',
    doc: 'The value itself, with its type forgotten: for what the checker knows less well than you do.',
    example: "dyn('a') != 1",
    isMethod: false,
    parameters: [{ name: 'value', type: ANY }],
    result: ANY,
    evaluate: ([value = null]) => value,
  },
  {
    signature: 'round(number, digits?) → number',
    doc: 'The nearest number with so many digits behind the point (default 0); halves go away from zero.',
    example: 'round(2.5) == 3 && round(3.14159, 2) == 3.14',
    parameters: [
      { name: 'number', type: NUMBER },
      { name: 'digits', type: NUMBER, optional: true },
    ],
    result: NUMBER,
    evaluate: (args) => roundTo(numberAt(args, 0), numberAt(args, 1)),
  },
  {
    signature: 'json(value) → string',
    doc: 'Any value as JSON text.',
    example: "json([1, 'a', null]) == '[1,\"a\",null]'",
    parameters: [{ name: 'value', type: ANY }],
    result: STRING,
    evaluate: ([value = null], work) => {
      chargeTree(value, work)
      return JSON.stringify(value)
    },
  },
  {
    signature: 'parse_json(text) → any',
    doc: 'The value that a JSON text holds; a text that is not JSON is a fault.',
    example: "parse_json('[1, 2]')[1] == 2",
    parameters: [{ name: 'text', type: STRING }],
    result: ANY,
    work: (args) => 1 + (textAt(args, 0).length >> 6),
    evaluate: (args) => parseJson(textAt(args, 0)),
  },
  {
    signature: 'date(time, days?) → string',
    doc: 'A point in time (RFC 3339 text, a date alone, or epoch milliseconds) plus so many days, as RFC 3339 text in UTC with milliseconds. Texts of this form compare in the order of time.',
    example: "date('2026-02-28T12:00:00+01:00', 1) == '2026-03-01T11:00:00.000Z'",
    isMethod: false,
    parameters: [
      { name: 'time', type: unionOf([STRING, NUMBER]) },
      { name: 'days', type: NUMBER, optional: true },
    ],
    result: STRING,
    evaluate: (args) => addDays(args[0], numberAt(args, 1)),
  },
  {
    signature: 'format(text, list) → string',
    doc: 'The text with each `%s` (any value), `%d` (a whole number), `%f` and `%.2f` (a number, so many digits; default 6) replaced by the next item of the list; `%%` is a percent sign.',
    example: "'%s costs %.2f'.format(['tea', 3.5]) == 'tea costs 3.50'",
    parameters: [
      { name: 'text', type: STRING },
      { name: 'list', type: listOf(ANY) },
    ],
    result: STRING,
    work: (args) => readWork(args) + listAt(args, 1).length,
    evaluate: (args, work) => formatText(textAt(args, 0), listAt(args, 1), work),
  },
]
