import { losesDigits } from '../../../core/exact-number.ts'
import { isFault } from '../../../core/fault.ts'
import { parseFiniteJson } from '../../../core/finite-json.ts'
import type { JsonValue } from '../../../core/json.ts'
import { chargeTree, describeValue, fail, failUnsafe, writeJson } from '../evaluation.ts'
import { ANY, BOOLEAN, listOf, literalOf, NUMBER, STRING, unionOf } from '../type.ts'
import { formatText } from './format.ts'
import { type FunctionSource, listAt, readWork, textAt } from './function-entry.ts'

const NUMERIC = { name: 'value', type: unionOf([NUMBER, STRING]) } as const

/** No digit may belong to two parts of it: the time would be the square of the length. */
const WRITTEN_NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/** Work of reading a number from a text: its digits are looked at several times. */
const numberWork = (args: readonly JsonValue[]): number => 1 + (textAt(args, 0).length >> 6)

const toNumber = (value: JsonValue | undefined): number => {
  if (typeof value === 'number') return value
  const text = typeof value === 'string' ? value.trim() : ''
  const number = WRITTEN_NUMBER.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(number)) return fail(`${describeValue(value)} is not a number`)
  return losesDigits(text)
    ? failUnsafe(`the number ${describeValue(value)} would lose digits: keep it as text`)
    : number
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

const TRUE_TEXTS = ['true', 'True', 'TRUE', 't', '1']
const FALSE_TEXTS = ['false', 'False', 'FALSE', 'f', '0']

/** The kinds of values, as `type` names them. */
const KINDS = ['null', 'boolean', 'number', 'string', 'list', 'object']

const kindOf = (value: JsonValue): string => {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'list' : typeof value
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
    work: numberWork,
    evaluate: ([value]) => Math.trunc(toNumber(value)) + 0,
  },
  {
    signature: 'double(value) → number',
    doc: 'The number that a text holds; a number is itself.',
    example: "double('0.25') == 1 / 4",
    isMethod: false,
    parameters: [NUMERIC],
    result: NUMBER,
    work: numberWork,
    evaluate: ([value]) => toNumber(value) + 0,
  },
  {
    signature: 'bool(value) → boolean',
    doc: "The boolean that a text holds: 'true', 'True', 'TRUE', 't' or '1', and 'false', 'False', 'FALSE', 'f' or '0'; a boolean is itself.",
    example: "bool('true')",
    isMethod: false,
    parameters: [{ name: 'value', type: unionOf([BOOLEAN, STRING]) }],
    result: BOOLEAN,
    evaluate: ([value]) => {
      if (typeof value === 'boolean') return value
      if (TRUE_TEXTS.includes(String(value))) return true
      return FALSE_TEXTS.includes(String(value)) ? false : fail(`${describeValue(value)} is not 'true' or 'false'`)
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
    signature: 'type(value) → string',
    doc: "The kind of the value: `'null'`, `'boolean'`, `'number'`, `'string'`, `'list'` or `'object'`.",
    example: "type([1]) == 'list' && type(dyn(1)) == 'number'",
    isMethod: false,
    parameters: [{ name: 'value', type: ANY }],
    result: unionOf(KINDS.map(literalOf)),
    evaluate: ([value = null]) => kindOf(value),
  },
  {
    signature: 'json(value) → string',
    doc: 'Any value as JSON text.',
    example: "json([1, 'a', null]) == '[1,\"a\",null]'",
    parameters: [{ name: 'value', type: ANY }],
    result: STRING,
    evaluate: ([value = null], work) => {
      chargeTree(value, work)
      return writeJson(value, work)
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
    signature: 'format(text, list) → string',
    doc: 'The text with each `%s` (any value), `%d` (a whole number), `%f` and `%.2f` (a number, so many digits; default 6), `%e` (with an exponent), `%x` `%X` `%o` `%b` (a whole number in base 16, 8 or 2; a text in base 16) replaced by the next item of the list; `%%` is a percent sign.',
    example: "'%s costs %.2f'.format(['tea', 3.5]) == 'tea costs 3.50' && '%x'.format([255]) == 'ff'",
    parameters: [
      { name: 'text', type: STRING },
      { name: 'list', type: listOf(ANY) },
    ],
    result: STRING,
    work: (args) => readWork(args) + listAt(args, 1).length,
    evaluate: (args, work) => formatText(textAt(args, 0), listAt(args, 1), work),
  },
]
