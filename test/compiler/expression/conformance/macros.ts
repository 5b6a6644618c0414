/** Macros over all lists of elements for which a condition is true, false or fails. */
import { type Case, FAULT, type Family, listsOf } from './family.ts'

type Truth = 'T' | 'F' | 'E'

/** The condition is true for 1, false for 0, and fails for 2. */
const ELEMENTS: Record<Truth, number> = { F: 0, T: 1, E: 2 }
const condition = (name: string): string => `(dyn(${name}) == 2 ? 1 / 0 > 0 : dyn(${name}) == 1)`

const all = (list: Truth[]): boolean | typeof FAULT => (list.includes('F') ? false : list.includes('E') ? FAULT : true)
const exists = (list: Truth[]): boolean | typeof FAULT =>
  list.includes('T') ? true : list.includes('E') ? FAULT : false
/** CEL: `exists_one` stops at no element and absorbs no fault. */
const existsOne = (list: Truth[]): boolean | typeof FAULT =>
  list.includes('E') ? FAULT : list.filter((one) => one === 'T').length === 1

const LISTS = listsOf<Truth>(['T', 'F', 'E'], 3)

const writeList = (list: Truth[]): string => `[${list.map((one) => ELEMENTS[one]).join(', ')}]`
/** Keys a, b, c. */
const writeMap = (list: Truth[]): string =>
  `{${list.map((one, at) => `'${'abc'.charAt(at)}': ${ELEMENTS[one]}`).join(', ')}}`

const oneVariable: Case[] = LISTS.flatMap((list): Case[] => {
  const text = writeList(list)
  const kept = list.filter((one) => one === 'T').map(() => 1)
  return [
    [`${text}.all(x, ${condition('x')})`, all(list)],
    [`${text}.exists(x, ${condition('x')})`, exists(list)],
    [`${text}.exists_one(x, ${condition('x')})`, existsOne(list)],
    [`${text}.filter(x, ${condition('x')})`, list.includes('E') ? FAULT : kept],
    [`${text}.map(x, ${condition('x')}, x * 10)`, list.includes('E') ? FAULT : kept.map(() => 10)],
  ]
})

const twoVariables: Case[] = LISTS.flatMap((list): Case[] => {
  const [text, map] = [writeList(list), writeMap(list)]
  const kept = list.flatMap((one, at) => (one === 'T' ? [at] : []))
  const fails = list.includes('E')
  return [
    [`${text}.all(i, x, i >= 0 && ${condition('x')})`, all(list)],
    [`${map}.all(k, x, k != '' && ${condition('x')})`, all(list)],
    [`${text}.exists(i, x, i < 3 && ${condition('x')})`, exists(list)],
    [`${map}.exists(k, x, ${condition('x')} && k != '')`, exists(list)],
    [`${text}.existsOne(i, x, ${condition('x')})`, existsOne(list)],
    [`${map}.existsOne(k, x, ${condition('x')})`, existsOne(list)],
    [`${text}.transformList(i, x, ${condition('x')}, i + x)`, fails ? FAULT : kept.map((at) => at + 1)],
    [`${map}.transformList(k, x, ${condition('x')}, k)`, fails ? FAULT : kept.map((at) => 'abc'.charAt(at))],
    [
      `${map}.transformMap(k, x, ${condition('x')}, k + k)`,
      fails ? FAULT : Object.fromEntries(kept.map((at) => ['abc'.charAt(at), 'abc'.charAt(at).repeat(2)])),
    ],
  ]
})

const lists: Case[] = [
  ['[].map(n, n / 2)', []],
  ['[3].map(n, n * n)', [9]],
  ['[2, 4, 6].map(n, n / 2)', [1, 2, 3]],
  ['[2, 1, 0].map(n, 4 / n)', FAULT],
  ['[].filter(n, n % 2 == 0)', []],
  ['[0, 1, 2, 3, 4].filter(x, x % 2 == 1)', [1, 3]],
  ['[0, 1, 2, 3].filter(x, x > 10)', []],
  ['[1, 2, 3].filter(i, i - 4 != 0)', [1, 2, 3]],
  ['[3, 2, 1, 0].filter(n, n != 0 && n / 2 > 0)', [3, 2, 1]],
  ["{'a': 1, 'b': 2}.filter(k, k == 'b')", ['b']],
  ["{'John': 'smart'}.map(key, key)", ['John']],
  ["{'John': 'smart'}.exists(key, key == 'John')", true],
  ["!{'John': 'smart'}.exists(key, key == 'Jane')", true],
  ["{'key1': 1, 'key2': 2}.all(k, k == 'key2')", false],
  ["['signer'].filter(signer, ['artifact'].all(artifact, true))", ['signer']],
  ["[['a', 'b'], ['c']].all(list, list.all(x, dyn(x) != ''))", true],
  [
    '[1, 2].map(x, [3, 4].map(y, x * y))',
    [
      [3, 4],
      [6, 8],
    ],
  ],
  ['[1, 2].map(x, [x].map(x, x + 1))', [[2], [3]]],
  ["[1, 'foo', 3].exists(e, dyn(e) != '1')", true],
  ["[1, 'foo', 3].all(e, dyn(e) == 1)", false],
  ["[0, 'foo', 3].all(e, dyn(e) % 2 == 1)", false],
  ["[0, 'foo', 5].all(e, dyn(e) % 3 == 0)", false],
  ["[3, 'foo', 6].all(e, dyn(e) % 3 == 0)", FAULT],
  ['[1, 2, 3].exists(e, e / 0 == 17)', FAULT],
  ['[1, 2, 3].all(e, 6 / (2 - e) == 6)', false],
  ['[3, 2, 1, 0].exists_one(n, 12 / n > 1)', FAULT],
  ["['foal', 'foo', 'four'].exists_one(n, n.startsWith('fo'))", false],
  ['[5, 7, 8].exists_one(a, a % 5 == 0)', true],
  ['dyn(1).all(x, true)', FAULT],
  ["dyn('abc').map(x, x)", FAULT],
  ['dyn(null).exists(x, true)', FAULT],
  ['[1].all(x, dyn(x))', FAULT],
  ["[1].filter(x, dyn('a'))", FAULT],
  ['[true, false].map(x, x || y)', [true, true], { y: true }],
]

const withTwo: Case[] = [
  ['[1, 2, 3].exists(i, v, v / i == 17)', FAULT],
  ['[1, 2, 3].all(i, v, 6 / (2 - v) == i)', false],
  ["[1, 'foo', 3].exists(i, v, i == 1 && dyn(v) != '1')", true],
  ["[1, 'foo', 3].exists(i, v, i == 3 || dyn(v) == '10')", false],
  ["[0, 'foo', 5].all(i, v, dyn(v) % 3 == i)", FAULT],
  ['[3, 2, 1, 0].existsOne(i, v, 12 / i > v)', FAULT],
  ['[0, 1, 2, 3, 4].existsOne(i, v, v % 2 == i)', false],
  ['[7].existsOne(i, v, i == 0 && v == 7)', true],
  ['[3].transformList(i, v, v * v + i)', [9]],
  ['[2, 4, 6].transformList(i, v, v / 2 + i)', [1, 3, 5]],
  ['[2, 4, 6].transformList(i, v, i != 1 && v != 4, v / 2 + i)', [1, 5]],
  ['[2, 1, 0].transformList(i, v, v / i)', FAULT],
  ['[2, 1, 0].transformList(i, v, v / i > 0, v)', FAULT],
  ["{'foo': 'bar'}.transformMap(k, v, k + v)", { foo: 'foobar' }],
  ["{'foo': 2, 'bar': 1, 'baz': 0}.transformMap(k, v, 4 / v)", FAULT],
  ["{'foo': 2, 'baz': 0}.transformMap(k, v, k == 'baz' && 4 / v == 0, v)", FAULT],
  ["{'a': 1}.transformMapEntry(k, v, {v == 1 ? 'one' : 'more': k})", { one: 'a' }],
  ["['x', 'y'].transformMapEntry(i, v, {v: i})", { x: 0, y: 1 }],
  ["['x', 'x'].transformMapEntry(i, v, {v: i})", FAULT],
  ["['x', 'y'].transformMapEntry(i, v, i > 0, {v: i})", { y: 1 }],
]

export const MACROS: Family[] = [
  { name: 'macros: all elements', cases: oneVariable },
  { name: 'macros', cases: lists },
  { name: 'macros2: all elements', cases: twoVariables },
  { name: 'macros2', cases: withTwo },
]
