/** Compares the language with CEL's specification, family by family, and prints how many cases are equal. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ANY } from '../../../../src/compiler/expression/type.ts'
import { isFault } from '../../../../src/core/fault.ts'
import type { JsonValue } from '../../../../src/core/json.ts'
import { check, evaluate } from '../scene.ts'
import { ARITHMETIC } from './arithmetic.ts'
import { COMPARISONS } from './comparisons.ts'
import { EXTENSIONS } from './extensions.ts'
import { type Case, FAULT, type Family } from './family.ts'
import { LOGIC } from './logic.ts'
import { MACROS } from './macros.ts'
import { SYNTAX } from './syntax.ts'
import { TEXTS } from './texts.ts'
import { VALUES } from './values.ts'

const test = suite('conformance with CEL')

const FAMILIES: Family[] = [
  ...VALUES,
  ...COMPARISONS,
  ...ARITHMETIC,
  ...LOGIC,
  ...MACROS,
  ...TEXTS,
  ...SYNTAX,
  ...EXTENSIONS,
]

/** Fewer would mean that a generator has lost cases. */
const FEWEST_CASES = 900

const evaluateCase = (expression: string, bindings: Case[2] = {}): JsonValue | typeof FAULT => {
  try {
    return evaluate(expression, { roots: bindings, steps: {} })
  } catch (error) {
    if (isFault(error)) return FAULT
    throw error
  }
}

const show = (value: JsonValue | typeof FAULT): string => (value === FAULT ? 'a fault' : JSON.stringify(value))

/** Undefined for a case that is equal. */
const difference = ([expression, value, bindings]: Case): string | undefined => {
  const found = evaluateCase(expression, bindings)
  try {
    assert.equal(found, value)
    return undefined
  } catch {
    return `${expression} is ${show(found)}: expected ${show(value)}`
  }
}

/** Findings of the checker in an expression that has a value. */
const refusal = ([expression, value, bindings = {}]: Case): string | undefined => {
  if (value === FAULT) return undefined
  const roots = Object.fromEntries(Object.keys(bindings).map((name) => [name, ANY]))
  const [finding] = check(expression, { roots, steps: {} }).findings
  return finding === undefined ? undefined : `${expression} is refused: ${finding.message}`
}

const defined = (texts: (string | undefined)[]): string[] => texts.filter((text) => text !== undefined)

let equal = 0
const total = FAMILIES.reduce((sum, { cases }) => sum + cases.length, 0)

for (const { name, cases, isUnchecked } of FAMILIES) {
  test(`${name}: ${cases.length} cases are as CEL says`, () => {
    const differences = defined(cases.map(difference))
    equal += cases.length - differences.length
    assert.equal(differences, [])
  })
  if (isUnchecked !== true)
    test(`${name}: the checker lets expressions with a value pass`, () => {
      assert.equal(defined(cases.map(refusal)), [])
    })
}

test('no case stands in the table twice', () => {
  const keys = FAMILIES.flatMap(({ cases }) => cases.map(([text, , bindings]) => `${text} ${JSON.stringify(bindings)}`))
  assert.equal(
    keys.filter((key, at) => keys.indexOf(key) !== at),
    [],
  )
})

test('the table has cases enough', () => {
  assert.ok(total >= FEWEST_CASES, `${total} cases`)
  console.log(`${equal} of ${total} cases are equal to CEL`)
  assert.is(equal, total)
})

test.run()
