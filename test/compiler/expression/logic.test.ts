/** Failures that another operand or item outweighs, and the order of values. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileExpression } from '../../../src/compiler/expression/compile-expression.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import { check, evaluate } from './scene.ts'

const test = suite('logic')

const FAILING = [
  '1 / 0 > 1',
  'input.free.nope',
  '[1][5] == 1',
  "int('x') == 1",
  'dyn(1)',
  "dyn('a') < 1",
  '9e15 + 9e15 > 0',
]

for (const failing of FAILING) {
  for (const [text, value] of [
    [`${failing} || true`, true],
    [`true || ${failing}`, true],
    [`${failing} && false`, false],
    [`false && ${failing}`, false],
    [`(${failing} || ${failing}) || true`, true],
    [`(${failing} && ${failing}) || true`, true],
    [`!(${failing} && false)`, true],
    [`(${failing} || true) ? 1 : 2`, 1],
    [`[1, 2].exists(n, n == 1 ? ${failing} : true)`, true],
    [`[2, 1].exists(n, n == 1 ? ${failing} : true)`, true],
    [`[1, 2].all(n, n == 1 ? ${failing} : false)`, false],
    [`[2, 1].all(n, n == 1 ? ${failing} : false)`, false],
    [`[1, 2].map(n, ${failing} || n > 1 || true)`, [true, true]],
  ] as const) {
    test(`${text} is ${value}`, () => {
      assert.equal(evaluate(text), value)
      assert.equal(check(text).findings, [])
    })
  }
  for (const text of [
    `${failing} || false`,
    `false || ${failing}`,
    `${failing} && true`,
    `true && ${failing}`,
    `${failing} || ${failing}`,
    `!(${failing}) && true`,
    `${failing} ? true : true`,
    `[1, 2].exists(n, n == 1 ? ${failing} : false)`,
    `[1, 2].all(n, n == 1 ? ${failing} : true)`,
    `[1, 2].exists_one(n, n == 1 ? ${failing} : true)`,
    `[1, 2].filter(n, n == 1 ? ${failing} : true)`,
    `[1].map(n, ${failing} && true) == [true] || false`,
  ]) {
    test(`${text} fails`, () => assert.throws(() => evaluate(text), /failed/))
  }
}

test('of two sides that fail, the first is reported', () => {
  assert.throws(() => evaluate("1 / 0 > 1 || int('x') > 1"), /division by zero/)
  assert.throws(() => evaluate("int('x') > 1 && 1 / 0 > 1"), /'x' is not a number/)
})

test('a spent budget ends the evaluation, whatever the other side is', () => {
  const many = `[${Array.from({ length: 400 }, (_, index) => index).join()}]`
  assert.throws(() => evaluate(`${many}.all(a, ${many}.all(b, a + b >= 0)) || true`), /too much work/)
  assert.throws(() => evaluate(`1 / 0 > 1 || ${many}.all(a, ${many}.all(b, a + b >= 0)) || true`), /too much work/)
})

test("an error of the host's own is absorbed by no side", () => {
  const broken = (): never => {
    throw new TypeError('of the host')
  }
  const run = compileExpression({ text: 'broken || true' }, { root: () => broken, step: () => undefined })
  assert.throws(() => run({}), /of the host/)
})

test('an expression that fails for one environment is evaluated as before for the next', () => {
  const run = compileExpression<{ a: JsonValue }>(
    { text: '1 / a > 1 || a == 0' },
    {
      root:
        () =>
        ({ a }) =>
          a,
      step: () => undefined,
    },
  )
  assert.equal(
    [0, 0.5, 2, 0, 2].map((a) => run({ a })),
    [true, true, false, true, false],
  )
})

/** Each value is less than all behind it. */
const RISING: [name: string, values: string[]][] = [
  ['numbers', ['-1e300', '-2.5', '-2', '0', '.5', '0.99', '1', '1e300']],
  ['booleans', ['false', 'true']],
  [
    'texts',
    [
      "''",
      "' '",
      "'A'",
      "'a'",
      "'ab'",
      "'a😀'",
      "'é'",
      "'\\ud7ff'",
      "'\\ue000'",
      "'～'",
      "'\\U00010000'",
      "'😀'",
      "'😀😀'",
    ],
  ],
]

for (const [name, values] of RISING) {
  test(`${name} have an order`, () => {
    values.forEach((a, at) => {
      values.forEach((b, other) => {
        assert.is(evaluate(`${a} < ${b}`), at < other, `${a} < ${b}`)
        assert.is(evaluate(`${a} <= ${b}`), at <= other, `${a} <= ${b}`)
        assert.is(evaluate(`${a} > ${b}`), at > other, `${a} > ${b}`)
        assert.is(evaluate(`${a} >= ${b}`), at >= other, `${a} >= ${b}`)
        assert.is(evaluate(`${a} == ${b}`), at === other, `${a} == ${b}`)
        assert.equal(check(`${a} < ${b}`).findings, [])
      })
    })
    const sorted = evaluate(`[${[...values].reverse().join()}].sort()`)
    assert.equal(sorted, evaluate(`[${values.join()}]`))
    assert.equal(evaluate(`[${values.join()}].max()`), evaluate(values.at(-1) ?? ''))
    assert.equal(evaluate(`[${[...values].reverse().join()}].min()`), evaluate(values[0] ?? ''))
  })
}

test('texts that first differ far from their beginning have the same order', () => {
  const data = (a: string, b: string) => ({ roots: { a, b }, steps: {} })
  for (const length of [511, 512, 513, 1025, 5000]) {
    const start = 'x'.repeat(length)
    assert.is(evaluate('a < b', data(`${start}\uffee`, `${start}😀`)), true)
    assert.is(evaluate('a < b', data(`${start}😀${start}`, `${start}a${start}`)), false)
    assert.is(evaluate('a < b', data(start, `${start}a`)), true)
  }
})

test.run()
