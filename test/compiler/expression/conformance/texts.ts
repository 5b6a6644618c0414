/** Texts: expected values are put together from parts and from lists of characters, never found by a search. */
import { type Case, FAULT, type Family, pairs, write } from './family.ts'

const PARTS = ['a', 'tea', 'ÿ', 'α', '😀', ' ', '\n', '']
const WORDS = PARTS.filter((part) => part !== '')

const joined: Case[] = pairs(PARTS, PARTS).map(([a, b]): Case => [`${write(a)} + ${write(b)}`, `${a}${b}`])

const sizes: Case[] = [
  ...[[], ['a'], ['ÿ', 'α'], ['😀'], ['t', 'e', '😀', '€'], ['\n', '\t'], ['e', '\u0301']].flatMap(
    (characters): Case[] => [
      [`size(${write(characters.join(''))})`, characters.length],
      [`${write(characters.join(''))}.size()`, characters.length],
    ],
  ),
  ['size([[]])', 1],
  ["size({'a': 1, 'b': 2})", 2],
  ['[1, 2, 3].size() == size([4, 5, 6])', true],
  ['size(dyn(1))', FAULT],
]

/** A text of three parts starts with the first, ends with the last and contains each. */
const searches: Case[] = pairs(WORDS, WORDS).flatMap(([a, b], index): Case[] => {
  const text = write(`${a}|${b}`)
  const results: Case[] = [
    [`${text}.startsWith(${write(a)})`, true],
    [`${text}.startsWith('|')`, false],
    [`${text}.endsWith(${write(b)})`, true],
    [`${text}.endsWith('|')`, false],
    [`${text}.contains(${write(`|${b}`)})`, true],
    [`${text}.contains('||')`, false],
  ]
  return results.filter((_, at) => at % 3 === index % 3)
})

const searchesOfNothing: Case[] = WORDS.flatMap((word): Case[] => [
  [`${write(word)}.contains('')`, true],
  [`''.contains(${write(word)})`, false],
  [`${write(word)}.startsWith('')`, true],
  [`''.endsWith(${write(word)})`, false],
])

const matching: Case[] = [
  ["'hubba'.matches('ubb')", true],
  ["'abc'.matches('^ubb')", false],
  ["'cows'.matches('')", true],
  ["''.matches('')", true],
  ["''.matches('foo|bar')", false],
  ["'abababc'.matches('(ab)*c')", true],
  ["'foobar'.matches('foo$')", false],
  ["'mañana'.matches('a+ñ+a+')", true],
  ["'🐱😀😀'.matches('(a|😀){2}')", true],
  ["'cows'.matches('.*')", true],
  ["'x'.matches(r'\\w') && !'x'.matches(r'\\d')", true],
  ["'A'.matches('(?i)a')", true],
  ["'a\\nb'.matches('a.b')", false],
  ["'a\\nb'.matches('(?s)a.b')", true],
  ["'abc'.matches(dyn('['))", FAULT],
  ["dyn(1).matches('1')", FAULT],
]

/** Characters of a text with marks of one to four bytes. */
const LETTERS = ['t', '©', 'o', 'α', '😀', '©', 't']
const TEXT = write(LETTERS.join(''))
const POSITIONS = LETTERS.map((_, at) => at)

const placesOf = (letter: string): number[] => POSITIONS.filter((at) => LETTERS[at] === letter)

const characters: Case[] = [
  ...POSITIONS.map((at): Case => [`${TEXT}.charAt(${at})`, LETTERS[at] ?? '']),
  [`${TEXT}.charAt(7)`, ''],
  [`${TEXT}.charAt(8)`, FAULT],
  [`${TEXT}.charAt(-1)`, FAULT],
  ...pairs(['t', '©', '😀', 'x'], POSITIONS).flatMap(([letter, at]): Case[] => [
    [`${TEXT}.indexOf(${write(letter)}, ${at})`, placesOf(letter).find((place) => place >= at) ?? -1],
    [`${TEXT}.lastIndexOf(${write(letter)}, ${at})`, placesOf(letter).findLast((place) => place <= at) ?? -1],
  ]),
  ...pairs(POSITIONS, POSITIONS)
    .filter(([start, end]) => start <= end && (start + end) % 2 === 0)
    .map(([start, end]): Case => [`${TEXT}.substring(${start}, ${end})`, LETTERS.slice(start, end).join('')]),
  ...POSITIONS.map((start): Case => [`${TEXT}.substring(${start})`, LETTERS.slice(start).join('')]),
  [`${TEXT}.substring(7)`, ''],
  [`${TEXT}.substring(8)`, FAULT],
  [`${TEXT}.substring(-1)`, FAULT],
  [`${TEXT}.substring(3, 2)`, FAULT],
  [`${TEXT}.indexOf('')`, 0],
  [`${TEXT}.indexOf('', 3)`, 3],
  [`${TEXT}.lastIndexOf('')`, LETTERS.length],
  [`${TEXT}.lastIndexOf('', 3)`, 3],
  [`${TEXT}.indexOf('t', -1)`, FAULT],
  [`${TEXT}.lastIndexOf('t', -1)`, FAULT],
  ["''.lastIndexOf('@@')", -1],
  ["'bananananana'.lastIndexOf('nana', 7)", 6],
  ["'hello wello'.indexOf('ello', 6)", 7],
  ["'hello wello'.lastIndexOf('ello', 6)", 1],
]

/** Parts that no separator occurs in: what joins them splits them. */
const SPLITS: string[][] = [
  ['hello', 'world'],
  ['', ''],
  ['a'],
  ['a', '', 'b'],
  ['o', 'o', '😀', ''],
  ['x', 'y', 'z', 'w'],
]
const SEPARATORS = ['-', '||', '©', '-=-']

const splitting: Case[] = pairs(SPLITS, SEPARATORS).flatMap(([parts, separator]): Case[] => {
  const whole = write(parts.join(separator))
  const [first = '', ...rest] = parts
  return [
    [`${whole}.split(${write(separator)})`, parts],
    [`${write(parts)}.join(${write(separator)})`, parts.join(separator)],
    [`${whole}.split(${write(separator)}, 2)`, rest.length === 0 ? parts : [first, rest.join(separator)]],
    [`${whole}.replace(${write(separator)}, '+')`, parts.join('+')],
    [`${whole}.replace(${write(separator)}, '', 1)`, rest.length === 0 ? first : first + rest.join(separator)],
  ]
})

const splittingFurther: Case[] = [
  ["'hello world events!'.split(' ', 0)", []],
  ["'hello world events!'.split(' ', 1)", ['hello world events!']],
  ["'o©o©o©o'.split('©', -1)", ['o', 'o', 'o', 'o']],
  ["'a😀b'.split('')", ['a', '😀', 'b']],
  ["'{0} days {0} hours'.replace('{0}', '2', 1).replace('{0}', '23')", '2 days 23 hours'],
  ["'12 days 12 hours'.replace('{0}', '2')", '12 days 12 hours'],
  ["'1 ©αT taco'.replace('αT', 'o©α')", '1 ©o©α taco'],
  ["'ab'.replace('', '_')", '_a_b_'],
  ["'aaaa'.replace('aa', 'a', -1)", 'aa'],
  ["'aaaa'.replace('aa', 'a', 0)", 'aaaa'],
  ['[].join()', ''],
  ["[].join('-')", ''],
  ["['x', 'y'].join()", 'xy'],
  ["[dyn([1]), 'x'].join()", FAULT],
]

const ALPHABET = Array.from(
  { length: 26 },
  (_, at) => [String.fromCharCode(97 + at), String.fromCharCode(65 + at)] as const,
)

const cases: Case[] = [
  [`'${ALPHABET.map(([, upper]) => upper).join('')}'.lowerAscii()`, ALPHABET.map(([lower]) => lower).join('')],
  [`'${ALPHABET.map(([lower]) => lower).join('')}'.upperAscii()`, ALPHABET.map(([, upper]) => upper).join('')],
  ["'TacoCÆt Xii'.lowerAscii()", 'tacocÆt xii'],
  ["'tacoCαt xii'.upperAscii()", 'TACOCαT XII'],
  ["'1-@[`{'.lowerAscii()", '1-@[`{'],
  ["'1-@[`{'.upperAscii()", '1-@[`{'],
]

/** Unicode's property White_Space, and characters that look alike without it. */
const SPACES = [
  ...[0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000],
  ...Array.from({ length: 11 }, (_, at) => 0x2000 + at),
]
const NO_SPACES = [0x180e, 0x200b, 0x200c, 0x200d, 0x2060, 0xfeff]

const trimming: Case[] = [
  ...SPACES.map((code): Case => {
    const space = String.fromCharCode(code)
    return [`${write(`${space}a${space}b${space}${space}`)}.trim()`, `a${space}b`]
  }),
  ...NO_SPACES.map((code): Case => {
    const mark = String.fromCharCode(code)
    return [`${write(`${mark}a${mark}`)}.trim()`, `${mark}a${mark}`]
  }),
  ["'   '.trim()", ''],
  ["''.trim()", ''],
]

const formatting: Case[] = [
  ["'no substitution'.format([])", 'no substitution'],
  ["'%s and %s'.format(['a', 'b'])", 'a and b'],
  ["'%% and also %%'.format([])", '% and also %'],
  ["'%%%s%%'.format(['text'])", '%text%'],
  ["'%d %d, %s'.format([1, 2, 'A'])", '1 2, A'],
  ["'%.3f'.format([1.25])", '1.250'],
  ["'%f'.format([2.71828])", '2.718280'],
  ["'%.0f'.format([3.0])", '3'],
  ["'%b'.format([5])", '101'],
  ["'%b'.format([-5])", '-101'],
  ["'%b'.format([true])", '1'],
  ["'%o'.format([11])", '13'],
  ["'%x is 30'.format([30])", '1e is 30'],
  ["'%X is 30'.format([30])", '1E is 30'],
  ["'%x'.format([-255])", '-ff'],
  ["'%x'.format(['Hello world!'])", '48656c6c6f20776f726c6421'],
  ["'%X'.format(['Hello world!'])", '48656C6C6F20776F726C6421'],
  ["'%e'.format([2.71828])", '2.718280e+00'],
  ["'%.6e'.format([1052.032911275])", '1.052033e+03'],
  ["'%.1e'.format([0.00012])", '1.2e-04'],
  ["'%s'.format([null])", 'null'],
  ["'%s'.format([999999999999])", '999999999999'],
  ["'%s'.format([true])", 'true'],
  ["'%s'.format([2.5])", '2.5'],
  ["'%d'.format([dyn('a')])", FAULT],
  ["'%s %s'.format(dyn(['a']))", FAULT],
  ["'%q'.format(dyn(['a']))", FAULT],
  ["'%b'.format([dyn('a')])", FAULT],
  ["'%x'.format([dyn(null)])", FAULT],
]

export const TEXTS: Family[] = [
  { name: 'string: size', cases: sizes },
  { name: 'string: concatenation', cases: joined },
  { name: 'string: starts_with, ends_with, contains', cases: [...searches, ...searchesOfNothing] },
  { name: 'string: matches', cases: matching },
  { name: 'string_ext: char_at, index_of, substring', cases: characters },
  { name: 'string_ext: split, join, replace', cases: [...splitting, ...splittingFurther] },
  { name: 'string_ext: ascii_casing, trim', cases: [...cases, ...trimming] },
  { name: 'string_ext: format', cases: formatting },
]
