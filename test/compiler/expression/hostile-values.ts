/** Values that make careless algorithms slow: periodic texts, near matches, long runs, shared beginnings, many or long names. */
import * as fc from 'fast-check'
import type { Parameter } from '../../../src/compiler/expression/functions/function-entry.ts'
import { membersOf } from '../../../src/compiler/expression/type.ts'
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'

const LONGEST = 24_000

/** Regular expressions need many steps a character. */
const LONGEST_SEARCHED = 3_000

/** Parts that texts repeat: periods, halves of characters, marks that combine, escapes, separators, digits, and syntax of formats. */
const PERIODS = [
  ...['a', 'ab', 'aab', '😀', '\ud800', '\udc00', 'e\u0301', '\u2003', ' ', '\u0000', 'ß', 'İ', '0', '1', '1.', '9e1'],
  ...[
    '-',
    '_',
    ',',
    '=',
    '"',
    '\\',
    '\\1',
    '%',
    '%%',
    '%s',
    '1,',
    '"",',
    '[',
    '{"a":',
    '1'.repeat(15),
    `${'1'.repeat(299)},`,
  ],
]

const period = fc.constantFrom(...PERIODS)
const size = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: LONGEST / 2, max: LONGEST }))

const repeated = (part: string, length: number): string => part.repeat(Math.ceil(length / part.length))

/** The engine keeps a joined text in parts until it is first read. */
const flat = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le')

const plain = fc.tuple(period, size).map(([part, length]) => repeated(part, length))

/** Texts that formats take. */
const formatted = fc
  .tuple(fc.constantFrom('1', '0', '9'), size)
  .chain(([digit, length]) =>
    fc.constantFrom(
      `[${repeated(`${digit},`, length)}12345678901234567]`,
      `[${repeated('"",', length)}1234567890123456]`,
      `1970-01-01T00:00:00.${digit.repeat(length)}Z`,
      `1970-01-01T00:00:00.${digit.repeat(length)}`,
      `${digit.repeat(length)}.${digit.repeat(length)}`,
      '-_'.repeat(Math.ceil(length / 4) * 2),
    ),
  )

const text = fc.oneof(plain, formatted)

/** A text, and one that nearly is a part of it. */
export const textPair: fc.Arbitrary<[string, string]> = fc
  .tuple(text, period, fc.integer({ min: 0, max: 7 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([whole, other, kind, share]) => {
    const part = whole.slice(0, Math.ceil(whole.length * share))
    const parts = [part, `${part}b`, `b${part}`, `${part}b${part}`, whole, flat(whole), other, '']
    return [whole, flat(parts[kind] ?? '')]
  })

const PATTERNS = ['a.*b|a', '(a*)*b', '(a|aa)+$', 'a{500}', '[^b]*b', '', '\\pL+', 'a{1000}'.repeat(3), '(', '.']

const number = fc.constantFrom(0, 1, -1, 2, 7, LONGEST, 100_000, 1e9, 0.5, 1e300, -1e300)

/** Lists of texts with a shared beginning, of numbers, of equal items, of lists, and of objects. */
const list: fc.Arbitrary<JsonValue[]> = fc
  .tuple(textPair, fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 300 }))
  .map(([[whole, part], kind, count]) => {
    const shared = whole.slice(0, 1_000)
    const items: ((at: number) => JsonValue)[] = [
      (at) => flat(`${shared}${at}`),
      () => flat(shared),
      (at) => (at * 7919) % 1000,
      (at) => [shared, at, [part.slice(0, 50)]],
      (at) => ({ [shared]: at, x: [shared] }),
      (at) => ({ key: flat(`${shared}${at}`), value: at }),
      (at) => [[[[at]]]],
    ]
    return Array.from({ length: count }, (_, at) => items[kind]?.(at) ?? null)
  })

/** Objects with many names, or with a long one. */
export const hostileObject: fc.Arbitrary<JsonObject> = fc
  .tuple(text, fc.integer({ min: 0, max: 300 }))
  .map(([name, count]) => ({
    [name]: name,
    ...Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name.slice(0, 500)}${at}`, at])),
  }))

export const hostileList = list

export const anything: fc.Arbitrary<JsonValue> = fc.oneof(
  textPair.map(([, part]) => part),
  text,
  number,
  list,
  hostileObject,
)

/** Arguments for the parameters of a function; texts of one call are related to each other. */
export const argumentsFor = (parameters: readonly Parameter[]): fc.Arbitrary<JsonValue[]> => {
  const longest = parameters.some(({ pattern }) => pattern !== undefined) ? LONGEST_SEARCHED : LONGEST
  return fc
    .tuple(textPair, fc.integer({ min: 0, max: parameters.length }))
    .chain(([pair, most]) =>
      fc.tuple(
        ...parameters
          .filter(({ optional }, index) => optional !== true || index < most)
          .map((parameter, index) => argumentFor(parameter, (pair[index % 2] ?? '').slice(0, longest))),
      ),
    )
}

const argumentFor = ({ type, pattern }: Parameter, related: string): fc.Arbitrary<JsonValue> => {
  if (pattern !== undefined) return fc.oneof(fc.constantFrom(...PATTERNS), fc.constant(related))
  return fc.oneof(
    ...membersOf(type).map((member): fc.Arbitrary<JsonValue> => {
      switch (member.kind) {
        case 'literal':
          return fc.constant(member.value)
        case 'string':
          return fc.constant(related)
        case 'number':
          return number
        case 'boolean':
          return fc.boolean()
        case 'list':
          return list
        case 'object':
          return hostileObject
        default:
          return anything
      }
    }),
  )
}
