/** No function, operator, form or template works more than it charges for: hostile values, and work that is counted, not timed. */
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileExpression, compileValue } from '../../../src/compiler/expression/compile-expression.ts'
import { BINARY_OPERATORS } from '../../../src/compiler/expression/expression.ts'
import { FORM_TABLE } from '../../../src/compiler/expression/form-table.ts'
import { FUNCTION_TABLE } from '../../../src/compiler/expression/function-table.ts'
import { isFault } from '../../../src/core/fault.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import { anything, argumentsFor, hostileList, hostileObject, textPair } from './hostile-values.ts'
import { type Data, toBindings, toNode } from './scene.ts'
import { measureWork } from './work-meter.ts'

const test = suite('hostile work')

/** Units of work for one visit. 100,000 visits are then some 50 ms. */
const UNITS_A_VISIT = 8 * 1024

/** Compiles an expression or a value, and returns its evaluation. */
const FREE_VISITS = 4

const RUNS = 40

/** Compiles what the values are given to, and returns the evaluation. */
type Prepare = (data: Data) => (data: Data) => unknown

const holds = (prepare: Prepare, values: fc.Arbitrary<JsonValue[]>): void =>
  void fc.assert(
    fc.property(values, (args) => {
      const data = { roots: Object.fromEntries(args.map((value, index) => [`a${index}`, value])), steps: {} }
      const run = prepare(data)
      const { units, visits } = measureWork(() => {
        try {
          run(data)
        } catch (error) {
          if (!isFault(error)) throw error
        }
      })
      const most = UNITS_A_VISIT * (visits + FREE_VISITS)
      assert.ok(units <= most, `${(units / most).toFixed(2)} of the most: ${Math.round(units)} units, ${visits} visits`)
    }),
    { numRuns: RUNS, reporter: failShort },
  )

/** Values are long: the report has their beginnings. */
const failShort = ({ failed, counterexample, errorInstance }: fc.RunDetails<[JsonValue[]]>): void => {
  if (!failed) return
  const shown = counterexample?.[0].map(
    (value) => `${JSON.stringify(value).slice(0, 80)} (${JSON.stringify(value).length})`,
  )
  throw new Error(`${String(errorInstance)}\n${shown?.join('\n')}`)
}

const holdsFor = (text: string, values: fc.Arbitrary<JsonValue[]>): void =>
  holds((data) => compileExpression({ text }, toBindings(data)), values)

for (const { name, parameters } of FUNCTION_TABLE)
  test(`${name} works no more than it charges`, () => {
    const texts = parameters.map((_, index) => `a${index}`)
    holds((data) => {
      const given = texts.filter((root) => Object.hasOwn(data.roots, root))
      return compileExpression({ text: `${name}(${given.join(', ')})` }, toBindings(data))
    }, argumentsFor(parameters))
  })

/** An expression of each form, over a list `a0`, any value `a1` and an object `a2`. */
const FORMS: Record<string, string> = {
  has: 'has(a2.x)',
  orValue: 'a2[?a1].orValue(a1)',
  or: 'a2[?a1].or(a0[?0]).orValue(a1)',
  hasValue: 'a2.?x.hasValue()',
  optMap: 'a0[?0].optMap(v, [v, a1]).orValue([])',
  optFlatMap: 'a0[?0].optFlatMap(v, a0[?1]).orValue(a1)',
  all: 'a0.all(x, x == a0[0]) || a2.all(k, v, k != a1 && v != a1)',
  exists: 'a0.exists(x, x == a1)',
  exists_one: 'a0.exists_one(x, x == a0[0])',
  filter: 'a0.filter(x, x != a1)',
  map: 'a0.map(x, x != a1, [x, a1])',
  transformList: 'a0.transformList(i, x, [i, x])',
  transformMap: 'a2.transformMap(k, v, k + string(v))',
  transformMapEntry: 'a0.transformMapEntry(i, x, {string(i): x})',
  reduce: 'a0.reduce(total, x, "", total + json(x))',
  unique_by: 'a0.unique_by(x, x)',
  group_by: 'a0.group_by(x, json(x))',
  'cel.bind': 'cel.bind(v, a0, v == a1 || v + v == v)',
}

test('each form has a hostile use', () => {
  assert.equal(Object.keys(FORMS).sort(), FORM_TABLE.map(({ name }) => name).sort())
})

for (const [name, text] of Object.entries(FORMS))
  test(`${name} works no more than it charges`, () => holdsFor(text, fc.tuple(hostileList, anything, hostileObject)))

/** Two values, often equal ones that are not the same. */
const operands = fc.oneof(
  fc.tuple(anything, anything),
  textPair,
  anything.map((value) => [value, structuredClone(value)]),
  hostileList.map((items) => [structuredClone(items.at(-1) ?? null), items]),
)

for (const operator of BINARY_OPERATORS)
  test(`'${operator}' works no more than it charges`, () => holdsFor(`a0 ${operator} a1`, operands))

for (const operator of BINARY_OPERATORS)
  test(`'${operator}' in a loop works no more than it charges`, () =>
    holdsFor(`a0.all(x, a0.all(y, (x ${operator} y) != a1 || true))`, fc.tuple(hostileList, anything)))

test('a template works no more than it charges', () => {
  const node = toNode(`a ${'${a0} and ${a1} '.repeat(20)}`)
  holds((data) => compileValue(node, toBindings(data)), operands)
})

test.run()
