/** Literals, conversions, lists, maps and fields. */
import type { JsonValue } from '../../../../src/core/json.ts'
import { type Case, FAULT, type Family, pairs, write } from './family.ts'

const literals: Case[] = [
  ['0', 0],
  ['42', 42],
  ['-0x55', -85],
  ['0xFF', 255],
  ['1.5', 1.5],
  ['.99', 0.99],
  ['1e3', 1000],
  ['1.5E-2', 0.015],
  ["'✌'", '✌'],
  ['true', true],
  ['false', false],
  ['null', null],
  ['[]', []],
  ['[-1]', [-1]],
  ["['foo', 2, null]", ['foo', 2, null]],
  ['[1, 2,]', [1, 2]],
  ['{}', {}],
  ["{'k': 'v'}", { k: 'v' }],
  ["{'k': 'v',}", { k: 'v' }],
  ["{'a' + 'b': [1]}", { ab: [1] }],
  ['x', 5, { x: 5 }],
  ['x', null, { x: null }],
  ['unbound_name', FAULT],
  ['f_unknown(17)', FAULT],
  ["'a'.f_unknown()", FAULT],
]

/** A number as text without an exponent, and what is before its point. */
const DECIMALS = ['0.0', '1.9', '-7.9', '11.5', '-3.5', '123.456', '-987.654', '0.001', '1000000.25']

const numbers: Case[] = [
  ...DECIMALS.flatMap((text): Case[] => {
    const whole = Number(text.split('.')[0]) + 0
    return [
      [`int(${text})`, whole],
      [`double('${text}')`, Number(text)],
      [`double('${text}') == ${text}`, true],
    ]
  }),
  ...['0', '7', '-42', '987', '9007199254740991'].flatMap((text): Case[] => [
    [`int('${text}')`, Number(text)],
    [`string(${text})`, text],
    [`string(int('${text}'))`, text],
    [`int(string(${text})) == ${text}`, true],
    [`double('${text}')`, Number(text)],
  ]),
  ["double('6.02214e23')", 6.02214e23],
  ["double('1.38e-23')", 1.38e-23],
  ["double('-84.32e7')", -843200000],
  ['string(123.456)', '123.456'],
  ['string(-4.5e-3)', '-0.0045'],
  ['string(true)', 'true'],
  ['string(false)', 'false'],
  ["string('text')", 'text'],
  ['double(1)', 1],
  ["int('a')", FAULT],
  ["int('')", FAULT],
  ["double('abc')", FAULT],
  ["double('')", FAULT],
  ['string(dyn([1]))', FAULT],
  ['int(dyn(null))', FAULT],
]

const booleans: Case[] = [
  ...['true', 'True', 'TRUE', 't', '1'].map((text): Case => [`bool('${text}')`, true]),
  ...['false', 'False', 'FALSE', 'f', '0'].map((text): Case => [`bool('${text}')`, false]),
  ...['tRuE', 'FaLsE', 'yes', '', '2'].map((text): Case => [`bool('${text}')`, FAULT]),
  ['bool(true)', true],
]

/** Values of the same kind have the same type, of two kinds another one. */
const KINDS = [
  ['true', 'false'],
  ['1', '2.5'],
  ["'a'", "''"],
  ['[]', "['x']"],
  ['{}', "{'a': 1}"],
  ['null', 'dyn(null)'],
]

const types: Case[] = pairs(
  KINDS.flatMap((texts, kind) => texts.map((text) => ({ text, kind }))),
  KINDS.map(([text = ''], kind) => ({ text, kind })),
).map(
  ([a, b], index): Case =>
    index % 2 === 0
      ? [`type(dyn(${a.text})) == type(dyn(${b.text}))`, a.kind === b.kind]
      : [`type(dyn(${a.text})) != type(dyn(${b.text}))`, a.kind !== b.kind],
)

const LISTS: JsonValue[][] = [[], [1], [1, 2], ['a', null], [[3]], [7, 8, 9]]

const lists: Case[] = [
  ...pairs(LISTS, LISTS).map(([a, b]): Case => [`${write(a)} + ${write(b)}`, [...a, ...b]]),
  ...LISTS.flatMap((list) => [
    ...list.map((item, at): Case => [`${write(list)}[${at}]`, item]),
    ...list.map((item, at): Case => [`dyn(${write(list)})[dyn(${at}.0)]`, item]),
    [`${write(list)}[${list.length}]`, FAULT] as const,
    [`${write(list)}[-1]`, FAULT] as const,
    [`size(${write(list)})`, list.length] as const,
  ]),
  ['[7, 8, 9][dyn(0.1)]', FAULT],
  ["[7, 8, 9][dyn('0')]", FAULT],
  ['[7, 8, 9][dyn(null)]', FAULT],
  ['dyn(7)[0]', FAULT],
  ["['foo', 'bar'][1 - 1]", 'foo'],
  ['[[1, 2], [3]][0][1]', 2],
  ['[1] + [2] + [3] == [1, 2, 3]', true],
  ['[4, 4] + [] == [] + [4, 4]', true],
]

const FIELDS: [string, JsonValue][] = [
  ['name', 1024],
  ['a_b', 'x'],
  ['B9', null],
  ['list', [1]],
  ['map', { k: 'v' }],
  ['flag', false],
  ['in_', 0.5],
]

const fields: Case[] = [
  ...FIELDS.flatMap(([key, value]): Case[] => [
    [`x.${key}`, value, { x: Object.fromEntries(FIELDS) }],
    [`{'${key}': ${write(value)}}.${key}`, value],
    [`{'${key}': ${write(value)}}['${key}']`, value],
    [`has({'${key}': ${write(value)}}.${key})`, true],
    [`dyn({'${key}': ${write(value)}}).other`, FAULT],
    [`dyn({'${key}': ${write(value)}})['other']`, FAULT],
    [`has(dyn({'${key}': ${write(value)}}).other)`, false],
  ]),
  ["{'content-type': 'json'}['content-type']", 'json'],
  ["{'a b': {'c.d': 1}}['a b']['c.d']", 1],
  ['x.y.z', 'yes', { x: { y: { z: 'yes' } } }],
  ['x.y.z', FAULT, { x: { y: {} } }],
  ['x.pancakes', FAULT, { x: ['pancakes'] }],
  ['x.pancakes', FAULT, { x: 15 }],
  ['x.pancakes', FAULT, { x: null }],
  ['x.as + x.for + x.if', 6, { x: { as: 1, for: 2, if: 3 } }],
  ['x.y[0].z[1]', true, { x: { y: [{ z: [false, true] }] } }],
  ["{'a': 1, 'b': 2, 'a': 1}", FAULT],
  ["{'a': 1, dyn('a'): 2}", FAULT],
  ["{'a': 1}[dyn(1)]", FAULT],
  ["dyn({'a': 1})[dyn(null)]", FAULT],
  ['has(x.y)', false, { x: {} }],
  ['has(x.y) && x.y.z == 1', false, { x: {} }],
]

const plumbing: Case[] = [
  ['x && !y', true, { x: true, y: false }],
  ['x + y', 'ab', { x: 'a', y: 'b' }],
  ["x == 'a' ? y : z", 1, { x: 'a', y: 1, z: 2 }],
  ['[x, x]', [[1], [1]], { x: [1] }],
  ["{'x': x}", { x: { y: 1 } }, { x: { y: 1 } }],
  ['missing_name', FAULT],
  ['x.y', FAULT, { x: {} }],
]

export const VALUES: Family[] = [
  { name: 'basic', cases: literals, isUnchecked: true },
  { name: 'conversions: int, double, string', cases: numbers },
  { name: 'conversions: bool', cases: booleans },
  { name: 'conversions: type', cases: types },
  { name: 'lists', cases: lists },
  { name: 'fields', cases: fields },
  { name: 'plumbing', cases: plumbing },
]
