/** Results and failures of functions and macros, beyond their examples in the reference. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isFault } from '../../../src/core/fault.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import { check, type Data, evaluate } from './scene.ts'

const test = suite('functions')

const VALUES: [text: string, value: JsonValue][] = [
  // Lists
  ['range(0)', []],
  ['range(2, 2)', []],
  ['range(3, 0)', []],
  ['range(3, 0, -1)', [3, 2, 1]],
  ['range(0, 1, .25)', [0, 0.25, 0.5, 0.75]],
  ['chunk([], 3)', []],
  ['chunk([1, 2], 3)', [[1, 2]]],
  ['[1, 2, 3].slice(-2)', [2, 3]],
  ['[1, 2, 3].slice(-9, -1)', [1, 2]],
  ['[1, 2, 3].slice(2, 1)', []],
  ['[1, 2, 3].slice(5)', []],
  ['[{"a": 1}, {"a": 2}].index_of({"a": 2})', 1],
  ['[1, 2, 1].index_of(1, 1)', 2],
  ['[].index_of(null)', -1],
  // Texts
  ['"a😀b".slice(1, 2)', '😀'],
  ['"a😀b".slice(-1)', 'b'],
  ['"a😀b".slice(2, -1)', ''],
  ['"a😀b".index_of("b")', 2],
  ['"a😀b😀".lastIndexOf("😀")', 3],
  ['"aaaa".lastIndexOf("aa")', 2],
  ['"abab".lastIndexOf("ab", 1)', 0],
  ['"abab".lastIndexOf("")', 4],
  ['"ababac".contains("abac")', true],
  ['"ababab".contains("abac")', false],
  ['"aXbXc".split("X", 2)', ['a', 'bXc']],
  ['"a😀b".split("", 2)', ['a', '😀b']],
  ['"a,b".split(",", 0)', []],
  ['"aaaa".replace("aa", "b")', 'bb'],
  ['"aaaa".replace("a", "b", 3)', 'bbba'],
  ['"aaaa".replace("a", "b", 0)', 'aaaa'],
  ['"STRASSE ß".lower() + upper("ß")', 'strasse ßSS'],
  ['"ÄB".lowerAscii() + "äb".upperAscii()', 'ÄbäB'],
  ['pad("abc", 2)', 'abc'],
  ['pad("😀", 3, "é", "end")', '😀éé'],
  ['pad(-5, 4)', '  -5'],
  ['base64("")', ''],
  ['base64_decode("8J-YgA")', '😀'],
  ['base64_decode("8J+YgA==")', '😀'],
  ['hash("é")', createHash('sha256').update('é', 'utf8').digest('hex')],
  ['"%x|%X|%o|%b|%b|%.1e".format([255, "é", 8, 5, true, 12345])', 'ff|C3A9|10|101|1|1.2e+04'],
  // Regular expressions
  ['"a1b22".regex_extract("[0-9]+")', '1'],
  ['"a1b22".regex_extract("b([0-9]+)")', '22'],
  ['"ab".regex_extract("a(c)?b")', null],
  ['"none".regex_extract("[0-9]")', null],
  ['"a1b22".regex_extract_all("[0-9]+")', ['1', '22']],
  ['"k=v;x=y".regex_extract_all("([a-z])=")', ['k', 'x']],
  ['"😀a😀".regex_replace("a", "b")', '😀b😀'],
  ['"abc".regex_replace("", "-")', '-a-b-c-'],
  ['"aaa".regex_replace("a", "b", 2)', 'bba'],
  ['"aaa".regex_replace("a", "b", 0)', 'aaa'],
  ["'a.b'.regex_replace(r'(\\w)\\.(\\w)', r'\\2\\\\\\1\\0')", 'b\\aa.b'],
  ["'x'.regex_replace('(a)?x', r'[\\1]')", '[]'],
  // Numbers, times, kinds
  ['abs(0 * -1)', 0],
  ['floor(-0.5)', -1],
  ['ceil(-0.5)', 0],
  ['floor(1e300)', 1e300],
  ['date_diff("2026-01-01", "2026-03-01")', 59],
  ['date_diff("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", "hours")', 23],
  ['date_diff("2026-01-02", "2026-01-01", "w") < 0', true],
  ['date_diff(0, 90000, "m")', 1.5],
  ['[null, true, 1.5, "a", [], {}].map(x, type(x))', ['null', 'boolean', 'number', 'string', 'list', 'object']],
  ['bool("TRUE") && bool("1") && !bool("f")', true],
  // Objects
  ['keys({})', []],
  ['merge({"a": {"x": 1}}, {"a": {"y": 2}})', { a: { y: 2 } }],
  ['from_entries(entries({"a": 1, "b": null}))', { a: 1, b: null }],
  ['from_entries([{"key": "a", "value": 1}, {"key": "a", "value": 2}])', { a: 2 }],
  // Macros
  ['[5, 6].transformList(i, x, i > 0, x * i)', [6]],
  ['{"b": 1, "a": 2}.transformList(k, v, k + string(v))', ['b1', 'a2']],
  ['{"a": 1, "b": 2}.transformMap(k, v, v > 1, k + string(v))', { b: 'b2' }],
  ['{"a": 1}.transformMapEntry(k, v, {string(v): k, k: v})', { '1': 'a', a: 1 }],
  ['[].transformMapEntry(i, x, {x: i})', {}],
  ['[1, 0].exists(i, x, 1 / x > i)', true],
  ['[0, 1].all(i, x, 1 / x > i)', false],
  ['[3].map(x, [4].reduce(x, y, x, x * y))', [12]],
  ['[[1, 2], [3]].reduce(all, list, [], all + list)', [1, 2, 3]],
  ['{"a": 1, "b": 2}.reduce(text, key, "", text + key)', 'ab'],
  ['[].reduce(a, b, 7, 1 / 0)', 7],
  ['[1, 2, 3].reduce(a, x, 0, [10].reduce(b, y, a, b + x * y))', 60],
  ['[{"k": 1, "n": "a"}, {"k": 1.0, "n": "b"}, {"k": "1", "n": "c"}].unique_by(x, x.k).map(x, x.n)', ['a', 'c']],
  ['["b1", "a1", "b2"].group_by(x, x.charAt(0))', { b: ['b1', 'b2'], a: ['a1'] }],
  ['cel.bind(x, 2, cel.bind(y, x + 1, x * y))', 6],
  ['cel.bind(x, 1, cel.bind(x, x + 1, x)) ', 2],
  ['[1, 2].map(n, cel.bind(m, n * n, m + m))', [2, 8]],
  ['cel.bind(input, 5, input)', 5],
  ['input.?note.optMap(n, n + "!").orValue("none")', 'none'],
  ['input.?maybe.optMap(n, n + "!").orValue("none")', 'none'],
  ['input.ticket.?id.optMap(n, n + "!").orValue("none")', 't-1!'],
  ['input.?free.optFlatMap(f, f.?deep[?1].x).orValue("")', 'y'],
  ['[?input.?note.optMap(n, 1), ?input.ticket.?id.optMap(n, 2)]', [2]],
  ['input.items.map(i, i.?tag.optMap(t, t + "!").orValue(""))', ['a!', '']],
]

for (const [text, value] of VALUES) {
  test(`${text} is ${JSON.stringify(value)}`, () => {
    const result = evaluate(text)
    assert.equal(result, value)
    assert.is(JSON.stringify(result), JSON.stringify(JSON.parse(JSON.stringify(result))))
  })
}

const FAILURES: [text: string, reason: RegExp][] = [
  ['range(1, 2, 0)', /the step is 0/],
  ['range(1e9)', /too much work/],
  ['chunk([1], 0)', /0 is no size/],
  ['[1].slice(0.5)', /no position/],
  ['"a".index_of(dyn(1))', /a part of a text is a text/],
  ['pad("a", 1e9)', /too much work/],
  // The result would have more characters than fit in 32 bits.
  ['pad("", 70000, "a").replace("", pad("", 70000, "b"))', /too much work/],
  ['pad("a", 3, "xy")', /one character/],
  ['pad("a", 3, ".", dyn("middle"))', /got 'middle' for 'side'/],
  ['"a".split(",", 0.5)', /no count/],
  ['base64_decode("a")', /not Base64/],
  ['base64_decode("YQ=")', /not Base64/],
  ['base64_decode("YWI==")', /not Base64/],
  ['base64_decode("YWJj====")', /not Base64/],
  ['base64_decode("/w==")', /not UTF-8/],
  ['"a".regex_extract(dyn("(a)(b)"))', /has 2 groups/],
  ['"a".regex_replace("a", dyn("\\\\9"))', /names no group/],
  ['"a".regex_replace("a", dyn("\\\\q"))', /no reference to a group/],
  ['date_diff("2026-02-30", 0)', /not a point in time/],
  ['date_diff(0, 0, dyn("years"))', /got 'years' for 'unit'/],
  ['from_entries([dyn(1)])', /an entry is 1: expected { key, value }/],
  ['from_entries([{"key": dyn(1), "value": 2}])', /must be text/],
  ['from_entries([{"key": "__proto__", "value": 2}])', /can't be a key/],
  ['["a", "a"].transformMapEntry(i, x, {x: i})', /two entries have the key 'a'/],
  ['dyn([1]).transformMap(i, x, x)', /takes an object/],
  ['[1].group_by(x, dyn(x))', /must be text, got 1/],
  ['[1].map(x, x / 0)', /division by zero/],
  ['"%x".format([1.5])', /takes a whole number/],
  ['"%b".format(["a"])', /takes a whole number/],
]

const reasonOf = (text: string, data?: Data): string => {
  try {
    return `no fault: ${JSON.stringify(evaluate(text, data))}`.slice(0, 200)
  } catch (error) {
    if (isFault(error)) return String(error.details?.reason)
    throw error
  }
}

for (const [text, reason] of FAILURES) test(`${text} fails`, () => assert.match(reasonOf(text), reason))

const toData = (roots: Record<string, JsonValue>): Data => ({ roots, steps: {} })

const texts = fc.array(fc.constantFrom('a', 'b', '😀', 'é'), { maxLength: 40 }).map((parts) => parts.join(''))
const parts = fc.array(fc.constantFrom('a', 'b', '😀'), { minLength: 1, maxLength: 6 }).map((list) => list.join(''))

test('searches of texts find the same places as the engine does', () => {
  fc.assert(
    fc.property(texts, parts, (text, part) => {
      const data = toData({ text, part })
      const toCharacters = (at: number): number => (at < 0 ? at : [...text.slice(0, at)].length)
      assert.is(evaluate('text.contains(part)', data), text.includes(part))
      assert.is(evaluate('text.indexOf(part)', data), toCharacters(text.indexOf(part)))
      assert.is(evaluate('text.lastIndexOf(part)', data), toCharacters(text.lastIndexOf(part)))
      assert.equal(evaluate('text.split(part)', data), text.split(part))
      assert.is(evaluate('text.replace(part, "-")', data), text.replaceAll(part, '-'))
      assert.is(evaluate('text.split("").join("-")', data), [...text].join('-'))
    }),
    { numRuns: 2000 },
  )
})

test('a pattern whose repeats make it too large is refused before it is compiled', () => {
  for (const pattern of [
    'a{1000}'.repeat(285),
    '((a{30}){30})'.repeat(140),
    '(?:[^a]{999}b?){20,}',
    '\\p{L}{1000}'.repeat(50),
  ])
    assert.match(reasonOf('"a".matches(pattern)', toData({ pattern })), /its repeats make it too large|too much work/)
  assert.is(evaluate('"a".matches("^[a{9}(]{1,1000}$")'), true)
})

test('what base64 encodes, base64_decode gives back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) =>
      assert.is(evaluate('base64_decode(base64(text))', toData({ text })), text),
    ),
  )
})

/** The engine keeps a joined text in parts until it is first read. */
const flat = (text: string): string => Buffer.from(text).toString()

const A_MILLION = flat('a'.repeat(1_000_000))
const HALF = flat('a'.repeat(500_000))

for (const [name, text, data] of [
  ['contains with a part that nearly matches everywhere', 'text.contains(part)', { part: `b${HALF}` }],
  ['contains with a part that differs at its end', 'text.contains(part)', { part: `${HALF}b` }],
  ['lastIndexOf', 'text.lastIndexOf(part)', { part: `b${HALF}` }],
  ['indexOf', 'text.indexOf(part)', { part: `${HALF}b` }],
  ['split', 'text.split(part)', { part: `${HALF}b` }],
  ['replace', 'text.replace(part, "")', { part: `${'a'.repeat(1000)}b` }],
  ['replace at each character', 'text.replace("a", "b")', {}],
  ['matches that look ahead to the end', "text.regex_replace('a.*b|a', '')", {}],
  ['matches of groups that look ahead to the end', "text.regex_extract_all('(a.*b|a)')", {}],
  ['an item that is nearly equal', 'list.index_of(list[0] + "b")', { list: Array.from({ length: 1000 }, () => HALF) }],
  ['texts in order', 'list.sort()', { list: Array.from({ length: 100 }, (_, at) => flat(`${HALF}${at}`)) }],
  [
    'texts that are compared',
    'list.all(x, list.all(y, x <= y || true))',
    { list: Array.from({ length: 100 }, (_, at) => flat(`${HALF}${at}`)) },
  ],
] as const) {
  test(`${name} ends in good time`, () => {
    const start = performance.now()
    reasonOf(text, toData({ text: A_MILLION, ...data } as Record<string, JsonValue>))
    assert.ok(performance.now() - start < 1000, `${performance.now() - start} ms`)
  })
}

test('a name that a macro has is its own in each evaluation', () => {
  assert.equal(check('[1].reduce(input, i, 0, input + i)').findings, [])
  assert.is(evaluate('[1, 2].reduce(input, i, 0, input + i)'), 3)
})

test.run()
