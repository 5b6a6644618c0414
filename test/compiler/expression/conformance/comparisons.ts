/** Equality and order over sets of values; the place in an ascending list decides. */
import type { JsonValue } from '../../../../src/core/json.ts'
import { type Case, FAULT, type Family, pairs, write } from './family.ts'

/** Each inner list has several spellings of one value; the values ascend. */
const NUMBERS = [
  ['-1e10'],
  ['-2'],
  ['-1.5'],
  ['-1', '-1.0'],
  ['0', '0.0', '-0'],
  ['.5', '5e-1'],
  ['1', '1.0', '0x1'],
  ['9007199254740991'],
]
const BOOLEANS = [['false'], ['true']]
/** Ascending by code points. */
const TEXTS = [
  ["''"],
  ["'A'", '"\\x41"'],
  ["'Ab'"],
  ["'a'", "'''a'''", "r'a'"],
  ["'aa'"],
  ["'b'"],
  ["'ÿ'", "'\\u00ff'"],
  ["'～'"],
  ["'😀'", "'\\U0001F600'"],
]

interface Spelling {
  text: string
  rank: number
}

const toSpellings = (values: readonly string[][]): Spelling[] =>
  values.flatMap((spellings, rank) => spellings.map((text) => ({ text, rank })))

const OPERATORS: [operator: string, holds: (order: number) => boolean][] = [
  ['==', (order) => order === 0],
  ['!=', (order) => order !== 0],
  ['<', (order) => order < 0],
  ['<=', (order) => order <= 0],
  ['>', (order) => order > 0],
  ['>=', (order) => order >= 0],
]

/** One operator for each pair in turn, so that each meets many pairs and the table stays readable. */
const compareAll = (values: readonly string[][]): Case[] =>
  pairs(toSpellings(values), toSpellings(values)).flatMap(([a, b], index) =>
    OPERATORS.filter((_, at) => at % 3 === index % 3).map(
      ([operator, holds]): Case => [`dyn(${a.text}) ${operator} ${b.text}`, holds(a.rank - b.rank)],
    ),
  )

/** The rank orders numbers for `order` alone: `dyn` lets the checker forget that two literals are never equal. */
const ordered: Case[] = [NUMBERS, BOOLEANS, TEXTS].flatMap(compareAll)

/** Values of one inner list are equal, of two are not. */
const EQUAL_GROUPS = [
  ['null'],
  ['true', '!false'],
  ['0', '0.0'],
  ["''"],
  ["'0'"],
  ['[]', '[1][?1].orValue([])'],
  ['[0]', '[0.0]'],
  ["['a', 'b']"],
  ["['b', 'a']"],
  ['[[1, 2], []]', '[[1.0, 2.0], []]'],
  ['{}'],
  ["{'a': 1, 'b': [true]}", "{'b': [true], 'a': 1.0}"],
  ["{'a': 1, 'b': [false]}"],
  ["{'a': 1}"],
  ["{'a': null}"],
]

const equality: Case[] = pairs(toSpellings(EQUAL_GROUPS), toSpellings(EQUAL_GROUPS)).map(
  ([a, b], index): Case =>
    index % 2 === 0
      ? [`dyn(${a.text}) == dyn(${b.text})`, a.rank === b.rank]
      : [`dyn(${a.text}) != dyn(${b.text})`, a.rank !== b.rank],
)

const membership: Case[] = [1, 2, 'a', null, [1], true].flatMap((item, at, items: JsonValue[]): Case[] => [
  [`dyn(${write(item)}) in ${write(items)}`, true],
  [`dyn(${write(item)}) in ${write(items.filter((_, index) => index !== at))}`, false],
  [`!(dyn(${write(item)}) in [])`, true],
])

/** Kinds without a common order; lists, objects and null have none at all. */
const UNORDERED: [string, string][] = [
  ['1', "'1'"],
  ['true', '1'],
  ["'true'", 'true'],
  ['null', '1'],
  ['null', 'null'],
  ['[1]', '[2]'],
  ["{'a': 1}", "{'a': 2}"],
]

const unordered: Case[] = pairs(UNORDERED, ['<', '<=', '>', '>=']).map(
  ([[a, b], operator]): Case => [`dyn(${a}) ${operator} dyn(${b})`, FAULT],
)

const bound: Case[] = [
  ['x < y', true, { x: 1, y: 1.5 }],
  ['x == y', true, { x: { a: [1] }, y: { a: [1] } }],
  ['x != y', true, { x: '1', y: 1 }],
  ['x in y', true, { x: 'key', y: { key: null } }],
  ['x in y', false, { x: 'other', y: { key: null } }],
  ["'elem' in {'elem': 1}", true],
  ["'elem' in {}", false],
  ["!('elem' in {'elem': 1})", false],
  ['x in y', FAULT, { x: 'a', y: 'abc' }],
  ['1 == 1 == true', true],
  ['1 < 2 == true', true],
  ['(1 < 2) == (2 > 1)', true],
]

export const COMPARISONS: Family[] = [
  { name: 'comparisons: order', cases: ordered },
  { name: 'comparisons: equality', cases: equality },
  { name: 'comparisons: in', cases: membership },
  { name: 'comparisons: without an order', cases: unordered },
  { name: 'comparisons: bound values', cases: bound },
]
