/** Optional values, and the libraries of CEL whose functions have other names here: math, lists, bindings, encoders, timestamps. */
import { type Case, FAULT, type Family, pairs } from './family.ts'

/** Chains that are there or missing. */
const PRESENT: [text: string, value: number][] = [
  ["{'a': 1}.?a", 1],
  ["{'a': {'b': 2}}.?a.b", 2],
  ["{'a': {'b': 3}}.?a.?b", 3],
  ["{'a': [4]}.?a[0]", 4],
  ['[5][?0]', 5],
  ["[{'a': 6}][?0].a", 6],
  ["{'d-i': 7}[?'d-i']", 7],
]
const MISSING = [
  'dyn({}).?a',
  'dyn({}).?a.b',
  "dyn({'a': {}}).?a.?b",
  '[1][?1]',
  'dyn([])[?0].a',
  "dyn({})[?'d-i']",
  "dyn({'a': {}}).?a.b.c",
]

const optionals: Case[] = [
  ...PRESENT.flatMap(([text, value]): Case[] => [
    [`${text}.orValue(0)`, value],
    [`${text}.hasValue()`, true],
    [`${text}.value()`, value],
    [`${text}.optMap(v, v + 1).orValue(0)`, value + 1],
    [`${text}.optFlatMap(v, {'k': v}.?k).value()`, value],
    [`${text}.optFlatMap(v, dyn({}).?k).hasValue()`, false],
    [`[?${text}, 0]`, [value, 0]],
    [`{?'k': ${text}, 'l': 0}`, { k: value, l: 0 }],
  ]),
  ...MISSING.flatMap((text): Case[] => [
    [`${text}.orValue(0)`, 0],
    [`${text}.hasValue()`, false],
    [`${text}.value()`, FAULT],
    [`${text}.optMap(v, v + 1).hasValue()`, false],
    [`${text}.optFlatMap(v, {'k': v}.?k).orValue(0)`, 0],
    [`[?${text}, 0]`, [0]],
    [`{?'k': ${text}, 'l': 0}`, { l: 0 }],
  ]),
  ...pairs(PRESENT, MISSING).map(
    ([[text, value], missing], index): Case => [
      index % 2 === 0 ? `${text}.or(${missing}).orValue(0)` : `${missing}.or(${text}).orValue(0)`,
      value,
    ],
  ),
  ...pairs(MISSING, MISSING)
    .filter((_, index) => index % 5 === 0)
    .map(([a, b]): Case => [`${a}.or(${b}).orValue(42)`, 42]),
  ['has(dyn({}).?x.y)', false],
  ["has({'x': {'y': 'z'}}.?x.y)", true],
  ['(has(dyn({}).x) ? dyn({}).?x : dyn([])[?0]).hasValue()', false],
  ["{?'nested': {?'map': dyn({}).?c}.?map, 'singleton': true}", { singleton: true }],
  ["dyn({'c': {'d-i': 'goodbye'}})[?'d'].missing.or({'c': {'d-i': 'goodbye'}}.?c['d-i']).orValue('').size()", 7],
]

const NUMBERS = [-2.5, -1, 0, 0.5, 3, 42]

const listText = (numbers: readonly number[]): string => `[${numbers.join(', ')}]`

/** `math.greatest` and `math.least` of two and three arguments; the set ascends. */
const extremes: Case[] = pairs([...NUMBERS.keys()], [...NUMBERS.keys()]).flatMap(([a, b]): Case[] => {
  const two = [NUMBERS[a] ?? 0, NUMBERS[b] ?? 0]
  const [low, high] = [NUMBERS[Math.min(a, b)] ?? 0, NUMBERS[Math.max(a, b)] ?? 0]
  return (a + b) % 2 === 0
    ? [
        [`max(${listText(two)})`, high],
        [`min(${listText([...two, low])})`, low],
      ]
    : [
        [`min(${listText(two)})`, low],
        [`max(${listText([high, ...two])})`, high],
      ]
})

/** Number, ceil, floor, round, trunc, abs: halves are rounded away from zero. */
const ROUNDED: [number, number, number, number, number, number][] = [
  [1.2, 2, 1, 1, 1, 1.2],
  [-1.2, -1, -2, -1, -1, 1.2],
  [1.5, 2, 1, 2, 1, 1.5],
  [-1.5, -1, -2, -2, -1, 1.5],
  [2.5, 3, 2, 3, 2, 2.5],
  [-2.5, -2, -3, -3, -2, 2.5],
  [0.5, 1, 0, 1, 0, 0.5],
  [-0.5, 0, -1, -1, 0, 0.5],
  [3, 3, 3, 3, 3, 3],
  [-4, -4, -4, -4, -4, 4],
  [0, 0, 0, 0, 0, 0],
  [22.9, 23, 22, 23, 22, 22.9],
]

const math: Case[] = [
  ...extremes,
  ...ROUNDED.flatMap(([number, up, down, near, whole, distance]): Case[] => [
    [`ceil(${number})`, up],
    [`floor(${number})`, down],
    [`round(${number})`, near],
    [`int(${number})`, whole],
    [`abs(${number})`, distance],
  ]),
  ['max([])', FAULT],
  ['min([])', FAULT],
  ["max([dyn(1), 'a'])", FAULT],
  ["abs(dyn('1'))", FAULT],
  ["ceil(dyn('1'))", FAULT],
  ['floor(dyn(null))', FAULT],
  ['max(x)', 5, { x: [1, 5, 3] }],
]

const bindings: Case[] = [
  ['cel.bind(t, true, t)', true],
  ["cel.bind(msg, 'hello', msg + msg + msg)", 'hellohellohello'],
  ['cel.bind(t1, true, cel.bind(t2, true, t1 && t2))', true],
  ['cel.bind(valid, [1, 2, 3], [3, 4, 5].exists(e, e in valid))', true],
  ['cel.bind(valid, [1, 2, 3], ![4, 5].exists(e, dyn(e) in valid))', true],
  ['cel.bind(x, 1, cel.bind(x, x + 1, x * 10))', 20],
  ['cel.bind(x, [1, 2], x.map(x, x + 1))', [2, 3]],
  ['[1, 2].map(n, cel.bind(m, n * n, m + m))', [2, 8]],
  ['cel.bind(x, 2, x) + cel.bind(x, 3, x)', 5],
  ['cel.bind(x, 1 / 0, x)', FAULT],
  ['cel.bind(x, y, x.a + x.a)', 4, { y: { a: 2 } }],
]

/** Writes `cel.block([a, b, …], e)`, a form of the optimizer, as a row of `cel.bind`. */
const block = (values: readonly string[], result: string): string =>
  values.reduceRight((inner, value, at) => `cel.bind(i${at}, ${value}, ${inner})`, result)

const blocks: Case[] = [
  [block(['1', 'i0 + 1', 'i1 + 1', 'i2 + 1'], 'i3'), 4],
  [block(['[1, 2]', 'size(i0)', 'i1 + i1', 'i2 + 1'], 'i3'), 5],
  [block(['[1, 2]', 'size(i0)', '2 + i1', 'i2 + i1', 'i3 + 1'], 'i4'), 7],
  [block(['[0]', 'size(i0)', '[1, 2]', 'size(i2)', 'i1 + i1', 'i4 + i3', 'i5 + i3'], 'i6'), 6],
  [block(["{'a': 2}", "i0['a']", 'i1 * i1', 'i1 + i2'], 'i3'), 6],
  [block(["{'b': 1}", "{'e': i0}"], "{'a': i0, 'd': i1}"), { a: { b: 1 }, d: { e: { b: 1 } } }],
  [
    block(['[1, 2]', '[i0, i0]'], '[1, i0, i1]'),
    [
      1,
      [1, 2],
      [
        [1, 2],
        [1, 2],
      ],
    ],
  ],
  [block(['x.n', 'i0 > 0', 'i1 ? i0 : 0'], 'i2'), 3, { x: { n: 3 } }],
  [block(['x.n', 'i0 + i0'], 'i1'), 6, { x: { n: 3 } }],
  [
    block(['[1, 2, 3]', 'i0.map(e, [2, 3, 4])'], 'i1'),
    [
      [2, 3, 4],
      [2, 3, 4],
      [2, 3, 4],
    ],
  ],
  [block(['[1]', 'i0.exists(e, e > 0)', '[2]', 'i2.exists(e, e > 1)'], 'size([i1, i1, i3, i3])'), 4],
  [block(['dyn({})', 'i0.?a.orValue(0)', '[?i0.?b]'], '[i1, size(i2)]'), [0, 0]],
]

/** Texts with their Base64. */
const ENCODED: [string, string][] = [
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['hello', 'aGVsbG8='],
  ['ÿ', 'w78='],
]

const encoders: Case[] = ENCODED.flatMap(([text, encoded]): Case[] => [
  [`base64('${text}')`, encoded],
  [`base64_decode('${encoded}')`, text],
  [`base64_decode('${encoded.replaceAll('=', '')}') == '${text}'`, true],
])

const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at)

/** Sorting, slicing, flattening and distinct items: the expected list is written in order. */
const lists: Case[] = [
  ...[0, 1, 4, 9].map((count): Case => [`range(${count})`, range(count)]),
  ...pairs(range(5), range(5))
    .filter(([start, end]) => start <= end)
    .map(([start, end]): Case => [`[0, 1, 2, 3].slice(${start}, ${end})`, range(4).slice(start, end)]),
  ['[4, 3, 2, 1].sort()', [1, 2, 3, 4]],
  ["['d', 'a', 'b', 'c'].sort()", ['a', 'b', 'c', 'd']],
  ['[true, false].sort()', [false, true]],
  ["sort([dyn(1), 'a'])", FAULT],
  ['sort([dyn([1]), [2]])', FAULT],
  ['[1, 2, 2, 1.0].distinct()', [1, 2]],
  ["['b', 'a', 'b'].distinct()", ['b', 'a']],
  ['[].distinct()', []],
  ['[[1], [1.0], [2]].distinct()', [[1], [2]]],
  ['[1, [2], [3, [4]]].flatten()', [1, 2, 3, [4]]],
  ['[].flatten()', []],
  ['[1, 2, 3].last()', 3],
  ['[7, 8].first()', 7],
]

/** Points in time, ascending, each with another spelling; texts of `date` compare as times. */
const TIMES: [string, string][] = [
  ['1969-12-31T23:59:59Z', '1970-01-01T01:59:59+02:00'],
  ['1970-01-01T00:00:00Z', '1969-12-31T19:00:00-05:00'],
  ['2009-02-13T23:31:30Z', '2009-02-14T00:31:30+01:00'],
  ['2009-02-13T23:31:31Z', '2009-02-13T23:31:31.000+00:00'],
  ['9999-12-31T23:59:59Z', '9999-12-31T15:59:59-08:00'],
]

const timestamps: Case[] = [
  ...pairs([...TIMES.keys()], [...TIMES.keys()]).flatMap(([a, b], index): Case[] => {
    const [first, second] = [`date('${TIMES[a]?.[0]}')`, `date('${TIMES[b]?.[1]}')`]
    const results: Case[] = [
      [`${first} == ${second}`, a === b],
      [`${first} < ${second}`, a < b],
      [`${first} >= ${second}`, a >= b],
    ]
    return [results[index % 3] ?? ['true', true]]
  }),
  ["date('2009-02-13T23:00:00Z', 10) == date('2009-02-23T23:00:00Z')", true],
  ["date('2009-02-13T23:00:00Z', -1) == date('2009-02-12T23:00:00Z')", true],
  ["date_diff('2009-02-13T23:31:00Z', '2009-02-13T23:31:30Z', 'seconds')", 30],
  ["date_diff('1970-01-01T00:00:00Z', '2009-02-13T23:31:30Z', 'seconds')", 1234567890],
  ["date_diff('2009-02-13T23:31:30Z', '1970-01-01T00:00:00Z', 'seconds')", -1234567890],
  ["date('9999-12-31T23:59:59Z', 1)", FAULT],
  ["date('2009-02-30T00:00:00Z')", FAULT],
  ["date('not a time')", FAULT],
  ["date('2009-02-13T23:31:30')", FAULT],
]

export const EXTENSIONS: Family[] = [
  { name: 'optionals', cases: optionals },
  { name: 'math_ext', cases: math },
  { name: 'lists_ext', cases: lists },
  { name: 'bindings_ext', cases: bindings },
  { name: 'block_ext, by cel.bind', cases: blocks },
  { name: 'encoders_ext', cases: encoders },
  { name: 'timestamps, by date', cases: timestamps },
]
