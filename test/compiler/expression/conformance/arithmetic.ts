/** Sums, products, quotients and remainders: whole numbers by BigInt, decimal fractions by their digits. */
import { type Case, FAULT, type Family, pairs } from './family.ts'

const WHOLE = [-2147483648n, -7n, -3n, -1n, 0n, 1n, 2n, 5n, 12n, 94906265n]

/** A minus before a literal needs no parentheses, but a reader likes them. */
const write = (number: bigint): string => (number < 0n ? `(${number})` : String(number))

const whole: Case[] = pairs(WHOLE, WHOLE).flatMap(([a, b], index): Case[] => {
  const results: Case[] = [
    [`${write(a)} + ${write(b)}`, Number(a + b)],
    [`${write(a)} - ${write(b)}`, Number(a - b)],
    [`${write(a)} * ${write(b)}`, Number(a * b)],
  ]
  return [results[index % 3] ?? [`${write(a)}`, Number(a)]]
})

/** The remainder has the sign of the dividend, as in BigInt. */
const remainders: Case[] = pairs(WHOLE, WHOLE)
  .filter((_, index) => index % 2 === 0)
  .map(([a, b]): Case => [`${write(a)} % ${write(b)}`, b === 0n ? FAULT : Number(a % b)])

/** Quotients that are whole: there CEL's integer division and a real division agree. */
const quotients: Case[] = pairs([-12n, -1n, 0n, 6n, 144n], [-6n, -3n, -1n, 1n, 2n, 12n])
  .filter(([a, b]) => a % b === 0n)
  .map(([a, b]): Case => [`${write(a)} / ${write(b)}`, Number(a / b)])

/** Eighths are exact as doubles: their sums, differences and products are counted in eighths. */
const EIGHTHS = [-20n, -9n, -4n, 0n, 1n, 6n, 12n, 33n]
const fraction = (eighths: bigint): string => (eighths < 0n ? `(${Number(eighths) / 8})` : String(Number(eighths) / 8))

const fractions: Case[] = pairs(EIGHTHS, EIGHTHS).flatMap(([a, b], index): Case[] => {
  const [x, y] = [fraction(a), fraction(b)]
  const results: Case[] = [
    [`${x} + ${y}`, Number(a + b) / 8],
    [`${x} - ${y}`, Number(a - b) / 8],
    [`${x} * ${y}`, Number(a * b) / 64 + 0],
  ]
  return [results[index % 3] ?? [x, Number(a) / 8]]
})

/** A quotient of eighths by a power of two is exact. */
const halves: Case[] = pairs(EIGHTHS, [1n, 2n, 4n]).map(
  ([a, b]): Case => [`${fraction(a)} / ${b}.0`, Number(a) / (8 * Number(b)) + 0],
)

const signs: Case[] = [
  ...WHOLE.map((number): Case => [`-(${number})`, Number(-number)]),
  ...EIGHTHS.filter((eighths) => eighths !== 0n).map(
    (eighths): Case => [`-(${fraction(eighths)})`, Number(-eighths) / 8 + 0],
  ),
  ['--5', 5],
  ['---5', -5],
  ['-(-(3 + 4))', 7],
  ['3 - -4', 7],
  ["-dyn('a')", FAULT],
  ['-dyn([])', FAULT],
  ['-dyn(true)', FAULT],
]

const laws: Case[] = [
  ['2 + 3 * 4', 14],
  ['(2 + 3) * 4', 20],
  ['10 - 4 - 3', 3],
  ['10 - (4 - 3)', 9],
  ['2 * 3 % 4', 2],
  ['12 / 3 / 2', 2],
  ['5 + 5 == 10', true],
  ['42 == 43 - 1', true],
  ['4 * (0.5 + 0.25) == 3.0', true],
  ['0.1 + 0.2 == 0.3', false],
  ['2.5 * 0.4', 1],
  ['1e308 * 10.0', FAULT],
  ['1.5e-3 * 1000.0', 1.5],
  ['1 / 0', FAULT],
  ['1.0 / dyn(0)', FAULT],
  ['43 % 0', FAULT],
  ['47 % 5', 2],
  ['43 % -5', 3],
  ['-43 % 5', -3],
  ['-43 % -5', -3],
  ["dyn('a') - 1", FAULT],
  ["dyn('a') * 2", FAULT],
  ["dyn('a') / 2", FAULT],
  ["dyn('a') % 2", FAULT],
  ["dyn('a') + 2", FAULT],
  ['dyn(true) + true', FAULT],
  ['dyn(null) + 1', FAULT],
  ['dyn([1]) - [1]', FAULT],
  ["dyn({'a': 1}) + {'b': 1}", FAULT],
  ['x * (x + 1)', 12, { x: 3 }],
]

export const ARITHMETIC: Family[] = [
  { name: 'integer_math', cases: [...whole, ...remainders, ...quotients] },
  { name: 'fp_math', cases: [...fractions, ...halves] },
  { name: 'integer_math and fp_math: signs and laws', cases: [...signs, ...laws] },
]
