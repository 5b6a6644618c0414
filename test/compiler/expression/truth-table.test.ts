import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileExpression } from '../../../src/compiler/expression/compile-expression.ts'
import type { ExpressionNames } from '../../../src/compiler/expression/expression-names.ts'
import { type Truth, tabulate } from '../../../src/compiler/expression/truth-table.ts'
import {
  BOOLEAN,
  literalOf,
  NULL,
  NUMBER,
  objectOf,
  STRING,
  type Type,
  unionOf,
} from '../../../src/compiler/expression/type.ts'
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'

const INPUT: Type = objectOf({
  level: unionOf([literalOf('low'), literalOf('high')]),
  flag: BOOLEAN,
  count: NUMBER,
  name: STRING,
  note: unionOf([STRING, NULL]),
})

const NAMES: ExpressionNames = {
  root: (name) =>
    name === 'input' ? INPUT : name === 'iter' ? objectOf({ count: NUMBER, first: BOOLEAN }) : undefined,
  rootNames: () => ['input', 'iter'],
  step: () => undefined,
  stepIds: () => [],
  secrets: () => undefined,
}

const toText = (text: string) => ({ text, range: { start: 0, end: text.length }, toOffset: (index: number) => index })

const rowsOf = (...conditions: string[]): Truth[][] =>
  tabulate(conditions.map(toText), { names: NAMES, iterations: [1, 5] })

const verdictOf = (condition: string): string => {
  const truths = new Set(rowsOf(condition).map(([truth]) => truth))
  return truths.size === 1 && !truths.has('unknown') ? String([...truths][0]) : 'open'
}

const test = suite('truth table')

const CASES: [condition: string, verdict: string][] = [
  ['true', 'true'],
  ['1 > 2', 'false'],
  ['1 + 1 == 2', 'true'],
  ['input.level == "low" || input.level == "high"', 'true'],
  ['input.level in ["low", "high"]', 'true'],
  ['input.level == "low" && input.level == "high"', 'false'],
  ['input.flag || !input.flag', 'true'],
  ['input.flag == false', 'open'],
  ['input.count > 3 && input.count < 2', 'false'],
  ['input.count > 3 || input.count < 4', 'true'],
  ['input.count > 3 && input.count < 4', 'open'],
  ['input.count < -1 && input.count > -2', 'open'],
  ['input.name == "a" && input.name == "b"', 'false'],
  ['input.name != "a" || input.name != "b"', 'true'],
  ['input.name < "a" && input.name > "b"', 'open'],
  ['input.note == null && input.note != null', 'false'],
  ['input.note == null', 'open'],
  ['size(input.name) > 3 && false', 'false'],
  ['size(input.name) > size(input.name)', 'open'],
  ['input.count + 1 > input.count', 'open'],
  ['iter.count > 5', 'false'],
  ['iter.count >= 1', 'true'],
  ['iter.count >= 5', 'open'],
  ['input.flag ? true : true', 'true'],
]

for (const [condition, verdict] of CASES)
  test(`'${condition}' is ${verdict}`, () => assert.is(verdictOf(condition), verdict))

test('conditions are looked at together', () => {
  const rows = rowsOf('input.count < 0', 'input.count >= 0')
  assert.ok(rows.every((row) => row.includes(true)))
})

const atom = fc.oneof(
  fc.constantFrom(
    'input.flag',
    'true',
    'false',
    'input.level == "low"',
    'input.level != "high"',
    'input.note == null',
    'input.level in ["high"]',
  ),
  fc
    .tuple(fc.constantFrom('<', '<=', '>', '>=', '==', '!='), fc.integer({ min: -2, max: 2 }))
    .map(([operator, number]) => `input.count ${operator} ${number}`),
  fc
    .tuple(fc.constantFrom('==', '!='), fc.constantFrom('a', 'b'))
    .map(([operator, text]) => `input.name ${operator} "${text}"`),
)

const condition = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    atom,
    fc
      .tuple(tie('tree'), fc.constantFrom('&&', '||'), tie('tree'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie('tree').map((inner) => `!(${inner})`),
  ),
})).tree

const input = fc.record({
  level: fc.constantFrom('low', 'high'),
  flag: fc.boolean(),
  count: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -3, max: 3, noNaN: true })),
  name: fc.constantFrom('a', 'b', 'c', ''),
  note: fc.constantFrom(null, 'n'),
})

test('a condition that is said to be always or never true is so for every input', () => {
  fc.assert(
    fc.property(condition, fc.array(input, { minLength: 1, maxLength: 20 }), (text, inputs) => {
      const verdict = verdictOf(text)
      if (verdict === 'open') return
      const evaluate = compileExpression<JsonObject>(toText(text), {
        root: (name) => (env) => env[name] as JsonValue,
        step: () => undefined,
      })
      for (const one of inputs) assert.is(String(evaluate({ input: one as JsonObject })), verdict, text)
    }),
    { numRuns: 500 },
  )
})

test.run()
