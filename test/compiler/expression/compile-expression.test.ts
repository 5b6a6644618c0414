import { createRequire } from 'node:module'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileExpression } from '../../../src/compiler/expression/compile-expression.ts'
import { isFault } from '../../../src/core/fault.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import { DATA, evaluate, toBindings } from './scene.ts'

const test = suite('compile expression')

const isEngineLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('re2js'))

test('the engine for regular expressions is loaded by the first pattern, not before', () => {
  assert.is(evaluate("input.ticket.text.contains('invoice')"), true)
  assert.not(isEngineLoaded())
  assert.is(evaluate("input.ticket.text.matches('inv.*wrong$')"), true)
  assert.ok(isEngineLoaded())
})

const VALUES: [text: string, value: JsonValue][] = [
  // One number type
  ['7 / 2', 3.5],
  ['int(7 / 2)', 3],
  ['int(-7 / 2)', -3],
  ['input.max_drafts / 2', 1.5],
  ['7 % 4', 3],
  ['-7 % 4', -3],
  ['5.5 % 2', 1.5],
  ['0 * -1', 0],
  ['-(0)', 0],
  ['0.1 + 0.2 > 0.3', true],
  ['1e3', 1000],
  ['0xff', 255],
  ['2 + 3 * 4', 14],
  ['input.max_drafts == 3', true],
  ['input.max_drafts == 3.0', true],
  // Texts and lists
  ["'a' + 'b'", 'ab'],
  ['[1] + [2, 3]', [1, 2, 3]],
  ['size("😀x")', 2],
  ['"a😀b".substring(1, 2)', '😀'],
  ['"a😀b".indexOf("b")', 2],
  ['"a😀b".charAt(1)', '😀'],
  ['"abc".substring(1, 99)', 'bc'],
  ['"abc".charAt(3)', ''],
  ['"a-b".replace("", "_")', '_a_-_b_'],
  ['"a😀".replace("", "_")', '_a_😀_'],
  ['"$&".replace("$&", "$1")', '$1'],
  ['"".split("")', []],
  ['[1, true, "x"].join("-")', '1-true-x'],
  ['"a" < "b" && "B" < "a"', true],
  // Equality is deep and never minds the type
  ['[1, {"a": [null]}] == [1, {"a": [null]}]', true],
  ['{"a": 1, "b": 2} == {"b": 2, "a": 1}', true],
  ['dyn(1) == dyn("1")', false],
  ['input.maybe == null', true],
  ['null != 1', true],
  ['2 in [1, 2]', true],
  ['[1] in [[1], [2]]', true],
  ['"a" in input.open && !("b" in input.open)', true],
  ['"toString" in input.open', false],
  // Decisions
  ['true || 1 / 0 > 0', true],
  ['false && 1 / 0 > 0', false],
  ['true ? 1 : 1 / 0', 1],
  ['!(1 > 2)', true],
  // What may be missing
  ['input.?note.orValue("none")', 'none'],
  ['input.?maybe.orValue("none")', 'none'],
  ['input.maybe.?x.?y.orValue(1)', 1],
  ['input.free.?deep[?9].orValue(0)', 0],
  ['input.free.?deep[0].orValue(5)', 1],
  ['input.items[?0].name.orValue("")', 'tea'],
  ['steps.?review.?output.?why.orValue("none")', 'none'],
  ['steps.review.?output.why.orValue("none")', 'none'],
  ['(iter.first ? input.?note : input.?other).orValue("x")', 'x'],
  ['input.?note.or(input.ticket.?id).orValue("")', 't-1'],
  ['input.ticket.?id.hasValue()', true],
  ['input.?maybe.hasValue()', false],
  ['input.ticket.?id.value()', 't-1'],
  ['has(input.maybe)', true],
  ['has(input.note)', false],
  ['has(input.note.x.y)', false],
  ['has(input.items[0].tag) && !has(input.items[1].tag)', true],
  ['has(steps.review.output) || has(steps.review.output.ok)', false],
  ['[?input.?note, ?input.ticket.?id, ?input.free.?deep[?0]]', ['t-1', 1]],
  ['{?"a": input.?note, ?"b": input.ticket.?id, "c": 1}', { b: 't-1', c: 1 }],
  ['{"a": 1, ?"a": input.?note}', { a: 1 }],
  // Steps
  ['steps.classify.output.label', 'billing'],
  ['steps["classify"].output["label"]', 'billing'],
  ['steps.review.status', 'pending'],
  ['steps.classify', { status: 'completed', output: { label: 'billing', score: 0.9 }, attempts: 1 }],
  // Macros
  ['input.items.map(i, i.price * 2)', [7, 16]],
  ['input.items.map(i, i.price > 4, i.name)', ['cup']],
  ['input.items.filter(i, i.price > 4).size()', 1],
  ['[1, 2].all(a, [3, 4].all(b, a < b))', true],
  [
    '[1, 2].map(a, [1, 2].map(a, a * 10))',
    [
      [10, 20],
      [10, 20],
    ],
  ],
  ['[1, 2, 2].exists_one(a, a == 2)', false],
  ['{"x": 1, "y": 2}.map(key, key)', ['x', 'y']],
  ['[3].map(input, input + 1)', [4]],
  ['grades.filter(g, g.ok).map(g, g.value.points).sum()', 7],
  // Functions
  ['sum([])', 0],
  ['sort(["b", "a"])', ['a', 'b']],
  ['sort([2, 10, 1], "-")', [10, 2, 1]],
  ['input.items.sort("-price").map(i, i.name)', ['cup', 'tea']],
  ['distinct([{"a": 1, "b": 2}, {"b": 2, "a": 1}, 1, "1"])', [{ a: 1, b: 2 }, 1, '1']],
  ['flatten([[1, [2]], 3])', [1, [2], 3]],
  ['first([null])', null],
  ['round(1.005, 2)', 1.01],
  ['round(-2.5)', -3],
  ['round(1e300, 2)', 1e300],
  ['round(1e-9, 3)', 0],
  ['int("12.9") + double("1e2")', 112],
  ['string(0.1) + string(true)', '0.1true'],
  ['parse_json(json({"a": [1, null]}))', { a: [1, null] }],
  ['date("2024-02-28", 1)', '2024-02-29T00:00:00.000Z'],
  ['date(86400000, -0.5)', '1970-01-01T12:00:00.000Z'],
  ['"%s|%s|%d|%.2f|%f|%%".format(["a", [1], 3, 1.005, 2])', 'a|[1]|3|1.01|2.000000|%'],
  ['"x".matches("^[a-z]$") && "%s".format([1]) == "1"', true],
  ["'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'.matches('(a+)+$')", false],
  ["'''two\nlines'''.split('\\n')", ['two', 'lines']],
  ["r'\\d'", '\\d'],
  ['"\u0085\u00a0\u2028 x \u3000\v".trim()', 'x'],
  ['"\ufeffx\u200b".trim().size()', 3],
  ['secrets.TOKEN', { $secret: 'TOKEN' }],
]

for (const [text, value] of VALUES) {
  test(`${text.replaceAll('\n', ' ')} is ${JSON.stringify(value)}`, () => {
    const result = evaluate(text)
    assert.equal(result, value)
    assert.is(JSON.stringify(result), JSON.stringify(JSON.parse(JSON.stringify(result))))
  })
}

const FAILURES: [text: string, position: number, reason: RegExp][] = [
  ['1 / 0', 0, /division by zero/],
  ['1 + 5 % 0', 4, /division by zero/],
  ['1e308 * 10', 0, /too large/],
  ['sum([1e308, 1e308])', 0, /too large/],
  ['input.items[2]', 12, /index 2 is out of range: 'input.items' has 2 items/],
  ['input.items[-1]', 12, /out of range/],
  ['input.items[0.5]', 0, /whole number/],
  ['input.items["a"]', 12, /a list of 2 and has no field 'a'/],
  ['input.open[1]', 0, /no key of an object/],
  ['input.note', 6, /'input' has no field 'note'/],
  ['input.maybe.x', 12, /'input.maybe' is null/],
  ['input.ticket.id.x', 16, /'t-1' and has no field 'x'/],
  ['input.constructor', 6, /has no field/],
  ['input.__proto__', 6, /has no field/],
  ['input["toString"]', 6, /has no field/],
  ['input.open[dyn("valueOf")]', 11, /has no field/],
  ['steps.review.output', 0, /step 'review' has no output: its status is 'pending'/],
  ['steps.classify.entered', 0, /no field 'entered'/],
  ['steps.nope.output', 0, /can't be read here/],
  ['steps', 0, /not known here/],
  ['steps[input.ticket.id]', 0, /computed name/],
  ['nope', 0, /'nope' is not known here/],
  ['nope(1)', 0, /no function 'nope'/],
  ['size()', 0, /expected size\(value\)/],
  ['input.ticket.?nope', 0, /is missing/],
  ['[input.?note]', 1, /'input.\?note' is missing/],
  ['1 + input.?note', 4, /is missing/],
  ['"a" + 1', 0, /does not take 'a' and 1/],
  ['null + 1', 0, /does not take null/],
  ['-"a"', 0, /takes a number/],
  ['1 < "a"', 0, /does not take/],
  ['true && 1', 8, /expected true or false/],
  ['"a" ? 1 : 2', 0, /expected true or false/],
  ['[1].filter(x, x)', 14, /expected true or false/],
  ['"abc".map(x, x)', 6, /takes a list or an object/],
  ['size(1)', 0, /got 1 for 'value'/],
  ['string(null)', 0, /got null/],
  ['min([])', 0, /list is empty/],
  ['max([1, "a"])', 0, /no order/],
  ['[{"a": 1}].sort("b")', 11, /no value in 'b'/],
  ['"abc".substring(4)', 6, /out of range/],
  ['"abc".substring(2, 1)', 6, /before the start/],
  ['int("abc")', 0, /not a number/],
  ['bool("yes")', 0, /not 'true' or 'false'/],
  ['parse_json("{")', 0, /not JSON/],
  ['parse_json("1e400")', 0, /not JSON/],
  ['[null].join(",")', 7, /join takes/],
  ['date("2026-02-30")', 0, /not a point in time/],
  ['date(0, -1e9)', 0, /outside the years/],
  ['"%d".format(["a"])', 5, /takes a number/],
  ['"%d %d".format([1])', 8, /has no value/],
  ['"x".format([1])', 4, /takes 0/],
  ['"x".matches(dyn("("))', 4, /not valid/],
  ['{dyn("__proto__"): 1}', 1, /can't be a key/],
  ['{1: 2}', 1, /must be text/],
  ['{"a": 1, "b": 2, "a": 1}', 17, /key 'a' twice/],
  ['{"a": 1, dyn("a"): 1}', 9, /key 'a' twice/],
  ['{"a": 1, ?"a": input.ticket.?id}', 10, /key 'a' twice/],
  ['a b', 2, /not expected here/],
]

const failureOf = (text: string): { position: number; reason: string } => {
  let value: JsonValue
  try {
    value = evaluate(text)
  } catch (error) {
    if (!isFault(error)) throw error
    assert.is(error.code, 'expression_failed')
    assert.not(error.retryable)
    assert.is(error.details?.expression, text)
    return { position: Number(error.details?.position), reason: String(error.details?.reason) }
  }
  return assert.unreachable(`expected a fault, got ${JSON.stringify(value)}`) as never
}

const LOST: readonly [text: string, what: string][] = [
  ["int('9007199254740993')", 'a number of a text that no double can hold'],
  ['9007199254740991 + 2', 'a sum beyond 2^53'],
  ['9007199254740991 * 3 - 1', 'a product beyond 2^53'],
  ['parse_json("[7615917337495251231]")', 'an id of nineteen digits in JSON'],
]

for (const [text, what] of LOST)
  test(`${what} is the fault unsafe_number and no other number: ${text}`, () => {
    assert.throws(
      () => evaluate(text),
      (error: unknown) => isFault(error) && error.code === 'unsafe_number' && /would lose digits/.test(error.message),
    )
  })

test('numbers up to 2^53 are exact', () => {
  assert.is(evaluate("int('9007199254740991')"), 9007199254740991)
  assert.is(evaluate('9007199254740990 + 1'), 9007199254740991)
  assert.equal(evaluate('parse_json("[9007199254740991, 0.1]")'), [9007199254740991, 0.1])
})

for (const [text, position, reason] of FAILURES) {
  test(`${text} fails at ${position}`, () => {
    const failure = failureOf(text)
    assert.match(failure.reason, reason)
    assert.is(failure.position, position)
  })
}

const many = `[${Array.from({ length: 400 }, (_, index) => index).join()}]`
const long = `input.ticket.text${' + input.ticket.text'.repeat(9)}`

for (const [name, text] of [
  ['macros inside macros', `${many}.map(a, ${many}.map(b, a + b))`],
  ['membership', `${many}.all(a, ${many}.all(b, 2 in ${many} || true))`],
  ['comparison at depth', `${many}.map(a, ${many}).all(a, a == ${many})`],
  ['lists put together', `${many}.map(a, ${many} + ${many}).size() > 0`],
  ['texts put together', `${many}.map(a, ${many}.map(b, ${long}).join("")).join("").size() > 0`],
  ['JSON text', `json(${many}.map(a, ${many}))`],
  ['one value named again and again', `[[1]]${'.map(a, [a, a, a, a, a, a, a, a])'.repeat(20)}`],
  ['patterns made of data', `${many}.all(a, "x".matches("(${'ab?'.repeat(20)})" + string(a)) || true)`],
] as const) {
  test(`the work budget ends ${name} in good time`, () => {
    const start = performance.now()
    assert.match(failureOf(text).reason, /too much work/)
    assert.ok(performance.now() - start < 1000)
  })
}

test('a list of 100,000 items passes through untouched', () => {
  const items = Array.from({ length: 100_000 }, (_, index) => ({ index }))
  const data = { ...DATA, roots: { items } }
  assert.is(evaluate('items', data), items)
  assert.is(evaluate('items.size()', data), 100_000)
})

test('values that are nested too deeply are a fault, not a crash', () => {
  let deep: JsonValue = []
  for (let depth = 0; depth < 200_000; depth++) deep = [deep]
  let other: JsonValue = []
  for (let depth = 0; depth < 200_000; depth++) other = [other]
  const data = { ...DATA, roots: { deep, other } }
  assert.throws(() => evaluate('deep == other', data), /too deeply|too much work/)
  assert.throws(() => evaluate('json(deep)', data), /too deeply|too much work/)
})

test('a written-out list is built once and can not be changed', () => {
  const run = compileExpression({ text: '[1, {"a": [2]}]' }, toBindings(DATA))
  const value = run(DATA) as [number, { a: number[] }]
  assert.is(run(DATA), value)
  assert.ok(Object.isFrozen(value) && Object.isFrozen(value[1]) && Object.isFrozen(value[1].a))
})

test("an error of the host's own passes through as it is", () => {
  const run = compileExpression(
    { text: 'broken' },
    {
      root: () => () => {
        throw new TypeError('of the host')
      },
      step: () => undefined,
    },
  )
  assert.throws(() => run({}), /of the host/)
})

test('an evaluation inside another keeps its own variables', () => {
  const inner = compileExpression({ text: '[10, 20].map(x, x)' }, toBindings(DATA))
  const outer = compileExpression<typeof DATA>(
    { text: '[1, 2].map(x, lazy.size() > 0 ? x : 0)' },
    { root: () => (data) => inner(data), step: () => undefined },
  )
  assert.equal(outer(DATA), [1, 2])
})

test.run()
