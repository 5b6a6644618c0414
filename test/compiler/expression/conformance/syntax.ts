/** Deep and long expressions, texts in all quotes, escapes, blanks and comments. */
import { type Case, FAULT, type Family, pairs } from './family.ts'

const DEPTH = 12
const LENGTH = 32

const nest: Case[] = [
  [`${'a['.repeat(DEPTH)}0${']'.repeat(DEPTH)}`, 0, { a: [0] }],
  [`${'int(double('.repeat(DEPTH / 2)}7${'))'.repeat(DEPTH / 2)}`, 7],
  [`size(${'['.repeat(DEPTH)}0${']'.repeat(DEPTH)})`, 1],
  [`size(${"{'k': ".repeat(DEPTH)}0${'}'.repeat(DEPTH)})`, 1],
  [`${'('.repeat(LENGTH)}7${')'.repeat(LENGTH)}`, 7],
  [`${'true ? '.repeat(DEPTH)}1${' : 0'.repeat(DEPTH)}`, 1],
]

const repeat: Case[] = [
  [`${'true ? true : '.repeat(24)}false`, true],
  [`${'false ? true : '.repeat(24)}false`, false],
  [`${'false || '.repeat(LENGTH)}true`, true],
  [`${'true && '.repeat(LENGTH)}false`, false],
  [`3${' - 3 + 3'.repeat(12)}`, 3],
  [`4${' * 4 / 4'.repeat(12)}`, 4],
  [`${'!'.repeat(LENGTH)}true`, true],
  [`${'!'.repeat(LENGTH + 1)}true`, false],
  [`${'-'.repeat(LENGTH)}19`, 19],
  [`x${'.a'.repeat(DEPTH)}`, 1, { x: JSON.parse(`${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`) }],
  [`${'['.repeat(DEPTH)}'foo'${']'.repeat(DEPTH)}${'[0]'.repeat(DEPTH)}`, 'foo'],
  [`[${Array.from({ length: LENGTH }, (_, at) => at).join(', ')}][17]`, 17],
  [`{${Array.from({ length: LENGTH }, (_, at) => `'k${at}': ${at}`).join(', ')}}.k17`, 17],
  [`1${' == 1 && 1'.repeat(LENGTH)} == 1`, true],
]

const QUOTES = ["'", '"', "'''", '"""']

/** Escapes with the character that each stands for. */
const ESCAPES: [written: string, meant: string][] = [
  ['\\\\', '\\'],
  ['\\?', '?'],
  ['\\"', '"'],
  ["\\'", "'"],
  ['\\`', '`'],
  ['\\a', '\u0007'],
  ['\\b', '\b'],
  ['\\f', '\f'],
  ['\\n', '\n'],
  ['\\r', '\r'],
  ['\\t', '\t'],
  ['\\v', '\v'],
  ['\\x41', 'A'],
  ['\\XfF', 'ÿ'],
  ['\\x7F', '\u007f'],
  ['\\101', 'A'],
  ['\\000', '\u0000'],
  ['\\377', 'ÿ'],
  ['\\u0041', 'A'],
  ['\\u270c', '✌'],
  ['\\uFFFd', '\ufffd'],
  ['\\U0001F600', '😀'],
  ['\\U0010ffff', '\u{10ffff}'],
]

const quoted: Case[] = [
  ...pairs(QUOTES, ESCAPES).map(([quote, [written, meant]]): Case => [`${quote} ${written} ${quote}`, ` ${meant} `]),
  ...pairs(QUOTES, ['hello', '', '©α😀', '// no comment', '${a}', '[?a]', '.5']).map(
    ([quote, text]): Case => [`${quote}${text}${quote}`, text],
  ),
  ...pairs(QUOTES, ['\\n', '\\\\', '\\d+', '\\u0041', '\\x']).map(
    ([quote, text]): Case => [`r${quote}${text}${quote}`, text],
  ),
  ...pairs(QUOTES, ['a\\nb']).map(([quote, text]): Case => [`R${quote}${text}${quote}`, text]),
  [`"it's"`, "it's"],
  [`'say "yes"'`, 'say "yes"'],
  [`'''it's "so"'''`, `it's "so"`],
  [`"""it's "so" \n"""`, `it's "so" \n`],
  ["'''a\nb'''", 'a\nb'],
]

const malformed: Case[] = [
  ...['\\q', '\\x4', '\\u004', '\\U0000004', '\\8', '\\777', '\\ud800', '\\U00110000', '\\U0000dfff'].map(
    (written): Case => [`'${written}'`, FAULT],
  ),
  ...[
    "'a\nb'",
    "'abc",
    '"abc\'',
    '1 +',
    '* 1',
    '(1',
    '1)',
    '[1',
    "{'a' 1}",
    "{'a': }",
    'a b',
    '1 2',
    '&& true',
    'a..b',
    'a.1',
  ].map((text): Case => [text, FAULT]),
  ...['1e', '0x', '1.2.3', '.5.5'].map((text): Case => [text, FAULT]),
  ...[
    'as',
    'break',
    'const',
    'else',
    'for',
    'function',
    'if',
    'import',
    'let',
    'package',
    'return',
    'var',
    'while',
  ].map((word): Case => [word, FAULT, { [word]: 1 }]),
]

const BLANKS = [' ', '\t', '\n', '\f', '\r', '// comment\n', ' // 1 + "\' [?\n ']

const whitespace: Case[] = BLANKS.flatMap((blank): Case[] => [
  [`${blank}1${blank}+${blank}2${blank}`, 3],
  [`[${blank}1${blank},${blank}2${blank}]${blank}[${blank}1${blank}]`, 2],
  [`{${blank}'a'${blank}:${blank}.5${blank}}${blank}.${blank}a`, 0.5],
  [`size${blank}(${blank}'a'${blank})`, 1],
  [`[1]${blank}.${blank}map${blank}(${blank}x${blank},${blank}x${blank})`, [1]],
  [`true${blank}?${blank}1${blank}:${blank}2`, 1],
  [`!${blank}true`, false],
])

const comments: Case[] = [
  ['// only this\n1', 1],
  ['1 // the end', 1],
  ['1 // the end\n + 2', 3],
  ["'// text' // comment", '// text'],
]

export const SYNTAX: Family[] = [
  { name: 'parse: nest', cases: nest },
  { name: 'parse: repeat', cases: repeat },
  { name: 'parse: string_literals', cases: quoted },
  { name: 'parse: malformed', cases: malformed, isUnchecked: true },
  { name: 'parse: whitespace, comments', cases: [...whitespace, ...comments] },
]
