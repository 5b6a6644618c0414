import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseExpression } from '../../../src/compiler/expression/parse-expression.ts'
import { evaluate } from './scene.ts'

const test = suite('parse expression')

const REFUSED: [text: string, index: number, message: RegExp, hint?: RegExp][] = [
  ['', 0, /empty/],
  ['   ', 0, /empty/],
  ['a = b', 2, /'=' is not expected here/, /'=='/],
  ['a === b', 4, /'=' is not expected here/, /'=='/],
  ['a and b', 2, /'and' is not expected here/, /'&&'/],
  ['a or b', 2, /'or' is not expected here/, /'\|\|'/],
  ['not a', 4, /'a' is not expected here/, /'!'/],
  ['a & b', 2, /'&' is not expected here/, /'&&'/],
  ['a ?? b', 3, /'\?' is not expected here/, /orValue/],
  ['a?.b', 2, /'\.' is not expected here/, /a\.\?b/],
  ['${a}', 0, /'\$' is not expected here/, /whole expression/],
  ['(a', 2, /ends too early/],
  ['a &&', 4, /ends too early/],
  ['a.', 2, /ends too early/],
  ['[1, 2', 5, /ends too early/],
  ['a ? b', 5, /ends too early/],
  ['a)', 1, /'\)' is not expected here/],
  ['"abc', 0, /unterminated string/],
  ["'\\q'", 1, /invalid escape/],
  ['for', 0, /keeps for itself/],
  ['é', 0, /'é' is not expected here/],
  ['a # b', 2, /'#' is not expected here/, /quote/],
  ['9007199254740993', 0, /would lose digits: expected at most 9007199254740991, and 17 digits/, /'9007199254740993'/],
  ['a + 9007199254740992', 4, /would lose digits/],
  ['0x20000000000001', 0, /would lose digits/],
  ['3.141592653589793238', 0, /would lose digits/],
  ['2u', 0, /unsigned/, /write 2$/],
  ['b"x"', 0, /bytes/, /write "x"/],
  ['1e999', 0, /number/],
  ['.5.5', 0, /'\.' is not expected/],
  ['a.5', 2, /'5' is not expected/],
  ['f(?a)', 2, /'\?' is not expected/],
  ['[(?a)]', 2, /'\?' is not expected/],
  ['a.`b-c`', 2, /'`' is not expected/, /write a\['b-c'\]$/],
  ['x + a.b[0].f(1).`c d` == 1', 16, /'`' is not expected/, /write a\.b\[0\]\.f\(1\)\['c d'\]$/],
  ['a.?`b-c`', 3, /'`' is not expected/, /write a\[\?'b-c'\]$/],
  ['`b-c`', 0, /'`' is not expected/, /texts stand in/],
  ['list.map(x => x.a)', 11, /'=' is not expected/, /list\.map\(item, expression\)/],
  ['has(a)', 0, /has\(a\.b\)/],
  ['has(a.b, c)', 0, /has\(a\.b\)/],
  ['x.map(1, 2)', 6, /'1' is not a name/],
  ['x.all(y, y, z)', 9, /'y' twice/],
  [
    'x.reduce(a, a + 1)',
    2,
    /'reduce' needs two names and an expression: expected list\.reduce\(total, item, initial, …\)/,
  ],
  ['x.transformMap(k, v)', 2, /'transformMap' needs two names/],
  ['x.all(a, b, c, d)', 2, /'all' needs a name/],
  ['a.?b.optMap(1, 2)', 5, /'optMap' needs a name and an expression/],
  ['cel.bind(a, 1)', 0, /'cel.bind' needs a name, its value and an expression/],
  ['x.all(y)', 2, /'all' needs a name and an expression/],
  [`${'!'.repeat(100_000)}a`, 0, /nested too deeply/],
  [`${'('.repeat(1000)}a${')'.repeat(1000)}`, 250, /too large/],
  [`1${' + 1'.repeat(3000)}`, 3996, /too large/],
]

for (const [text, index, message, hint] of REFUSED) {
  test(`${text.length > 40 ? `${text.slice(0, 20)}…` : text} is refused at ${index}`, () => {
    const parsed = parseExpression(text)
    if (parsed.ok) return assert.unreachable('it was parsed')
    assert.match(parsed.message, message)
    if (hint !== undefined) assert.match(parsed.hint ?? '', hint)
    // Where a limit is met is the parser's affair.
    if (!/too large: exceeded/.test(parsed.message)) assert.is(parsed.index, index)
  })
}

test('integers become plain numbers, and a minus belongs to them', () => {
  assert.equal(parseExpression('-9007199254740991'), {
    ok: true,
    ast: { kind: 'literal', value: -9007199254740991, start: 0, end: 17 },
  })
  assert.equal(parseExpression('0x1f'), { ok: true, ast: { kind: 'literal', value: 31, start: 0, end: 4 } })
})

for (const [text, value] of [
  ['.5', 0.5],
  ['-.5', -0.5],
  ['.25e2', 25],
  ['.5E-1', 0.05],
  ['1 + .5', 1.5],
  ['[.5, .75][1]', 0.75],
  ["'.5' + ' .5'", '.5 .5'],
  ['// .5 [?\n.5', 0.5],
  ['1\f+\f.5', 1.5],
  ["'\f'", '\f'],
  ['true ?.5:.25', 0.5],
] as const) {
  test(`${JSON.stringify(text)} is read with its numbers`, () => assert.is(evaluate(text), value))
}

test('entries behind a question mark may be missing, and keep their places', () => {
  const text = "[?a.?b, (c), /* */ ?(d)[?'e'], {?'k': f.?g, 'l': [?h.?i]}, x[?0]]".replace('/* */ ', '')
  const parsed = parseExpression(text)
  assert.ok(parsed.ok && parsed.ast.kind === 'list')
  if (!parsed.ok || parsed.ast.kind !== 'list') return
  const { items, optional } = parsed.ast
  assert.equal(
    items.map((item) => [text.slice(item.start, item.end), optional.has(item)]),
    [
      ['a.?b', true],
      ['c', false],
      ["d)[?'e']", true],
      ["{?'k': f.?g, 'l': [?h.?i]}", false],
      ['x[?0]', false],
    ],
  )
  const [, , , map] = items
  assert.equal(map?.kind === 'map' && map.entries.map((entry) => entry.optional), [true, false])
})

test('a field in brackets is the same as one behind a dot', () => {
  const parsed = parseExpression('a["b c"]')
  assert.ok(parsed.ok && parsed.ast.kind === 'field')
  assert.equal(parsed.ok && parsed.ast.kind === 'field' && [parsed.ast.name, parsed.ast.nameSpan], [
    'b c',
    { start: 2, end: 7 },
  ])
})

test('the name of a method is found behind parentheses, blanks and comments', () => {
  const text = '(a) // not .this()\n  . size()'
  const parsed = parseExpression(text)
  assert.ok(parsed.ok && parsed.ast.kind === 'call')
  if (parsed.ok && parsed.ast.kind === 'call')
    assert.is(text.slice(parsed.ast.nameSpan.start, parsed.ast.nameSpan.end), 'size')
})

const pieces = fc.constantFrom(
  ...[
    'a',
    'b.c',
    '.',
    '.?',
    '[?',
    '{?',
    ',?',
    '.5',
    '[',
    ']',
    '[?',
    '(',
    ')',
    '{',
    '}',
    ':',
    ',',
    '?',
    '!',
    '-',
    '+',
    '*',
    '/',
    '%',
    '==',
    '!=',
  ],
  ...[
    '<',
    '>=',
    '&&',
    '||',
    ' in ',
    'has(',
    '.map(',
    '.all(',
    "'x'",
    '"',
    "'",
    '\\',
    '1',
    '2.5',
    '0x',
    '1e',
    '9'.repeat(20),
  ],
  ...[
    'null',
    'true',
    'for',
    'secrets.',
    'steps.',
    '${',
    '//',
    '\n',
    ' ',
    'é',
    '😀',
    '\ud800',
    'r"',
    'b"',
    '2u',
    '__proto__',
  ],
)

test('any text parses or is explained, and nothing is thrown', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parseExpression(text)
      if (parsed.ok) return parsed.ast.start >= 0 && parsed.ast.end <= text.length
      return parsed.index >= 0 && parsed.index <= text.length && parsed.message !== ''
    }),
    { numRuns: 3000 },
  )
})

test.run()
