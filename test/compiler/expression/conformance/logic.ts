/** `&&`, `||`, `!` and `? :` over all combinations of true, false and a fault; a value that is no boolean counts as a fault. */
import { type Case, FAULT, type Family, listsOf, pairs } from './family.ts'

type Truth = 'T' | 'F' | 'E'

const TRUTHS: Truth[] = ['T', 'F', 'E']

/** Spellings of each truth, used in turn. */
const SPELLINGS: Record<Truth, readonly string[]> = {
  T: ['true', '1 < 2', "'a' in ['a']"],
  F: ['false', '2 < 1', "dyn('b') in ['a']"],
  E: ['1 / 0 > 1', "dyn({'a': true}).b", "int('x') == 1", 'dyn(17)', "dyn('horses')", '[true][1]', "dyn([]) < 'a'"],
}

let turn = 0
const spell = (truth: Truth): string => {
  const spellings = SPELLINGS[truth]
  return `(${spellings[turn++ % spellings.length]})`
}

/** CEL: a side that decides absorbs a fault of the other, from left and right. */
const and = (a: Truth, b: Truth): Truth => (a === 'F' || b === 'F' ? 'F' : a === 'E' || b === 'E' ? 'E' : 'T')
const or = (a: Truth, b: Truth): Truth => (a === 'T' || b === 'T' ? 'T' : a === 'E' || b === 'E' ? 'E' : 'F')
const not = (a: Truth): Truth => (a === 'E' ? 'E' : a === 'T' ? 'F' : 'T')

const toValue = (truth: Truth): boolean | typeof FAULT => (truth === 'E' ? FAULT : truth === 'T')

const RULES = { '&&': and, '||': or } as const
type Operator = keyof typeof RULES
const OPERATORS: Operator[] = ['&&', '||']

const twos: Case[] = pairs(TRUTHS, TRUTHS).flatMap(([a, b]) =>
  OPERATORS.flatMap((operator): Case[] => [
    [`${spell(a)} ${operator} ${spell(b)}`, toValue(RULES[operator](a, b))],
    [`!${spell(a)} ${operator} !${spell(b)}`, toValue(RULES[operator](not(a), not(b)))],
  ]),
)

/** `&&` binds closer than `||`. */
const threes: Case[] = listsOf(TRUTHS, 3)
  .filter((list) => list.length === 3)
  .flatMap(([a = 'T', b = 'T', c = 'T']) =>
    pairs(OPERATORS, OPERATORS).map(([first, second]): Case => {
      const value = first === '||' && second === '&&' ? or(a, and(b, c)) : RULES[second](RULES[first](a, b), c)
      return [`${spell(a)} ${first} ${spell(b)} ${second} ${spell(c)}`, toValue(value)]
    }),
  )

const conditional: Case[] = pairs(TRUTHS, pairs(TRUTHS, TRUTHS)).map(
  ([test, [yes, no]]): Case => [
    `${spell(test)} ? ${spell(yes)} && true : ${spell(no)} && true`,
    test === 'E' ? FAULT : toValue(test === 'T' ? yes : no),
  ],
)

const negation: Case[] = [
  ...TRUTHS.flatMap((truth): Case[] => [
    [`!${spell(truth)}`, toValue(not(truth))],
    [`!!${spell(truth)}`, toValue(truth)],
  ]),
  ['!dyn(0)', FAULT],
  ["!dyn('')", FAULT],
  ['!dyn([])', FAULT],
  ['!dyn(null)', FAULT],
]

const chosen: Case[] = [
  ["false ? 'foo' : 'bar'", 'bar'],
  ['true ? 1 : dyn("x") + 1', 1],
  ['(false ? 1 : 2) + 1', 3],
  ['false ? 1 : true ? 2 : 3', 2],
  ['true ? false ? 1 : 2 : 3', 2],
  ["dyn('cows') ? false : 17", FAULT],
  ['dyn(1) ? 1 : 2', FAULT],
]

export const LOGIC: Family[] = [
  { name: 'logic: AND and OR of two', cases: twos },
  { name: 'logic: AND and OR of three', cases: threes },
  { name: 'logic: conditional', cases: [...conditional, ...chosen] },
  { name: 'logic: NOT', cases: negation },
]
