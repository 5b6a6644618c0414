import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  ANY,
  BOOLEAN,
  describeType,
  isAssignable,
  listOf,
  listOfItems,
  literalOf,
  mayBeEqual,
  NEVER,
  NULL,
  NUMBER,
  objectOf,
  optionalOf,
  SECRET,
  STRING,
  type Type,
  unionOf,
} from '../../../src/compiler/expression/type.ts'

const test = suite('type')

for (const [members, text] of [
  [[STRING, STRING], 'string'],
  [[literalOf('a'), STRING], 'string'],
  [[literalOf('a'), literalOf('b'), literalOf('a')], "'a' | 'b'"],
  [[literalOf(true), literalOf(false)], 'boolean'],
  [[literalOf(1), literalOf('1')], "1 | '1'"],
  [[NUMBER, unionOf([NULL, STRING])], 'number | null | string'],
  [[NUMBER, ANY], 'any value'],
  [[NEVER, NUMBER], 'number'],
  [[], 'no value'],
  [[optionalOf(NUMBER), NULL], 'number | null, or missing'],
  [[objectOf({ a: STRING }), objectOf({ a: STRING })], '{ a: string }'],
  [[listOf(NUMBER), listOf(STRING)], 'a list of number | a list of string'],
] as [Type[], string][]) {
  test(`the union of ${members.map(describeType).join(' and ')} is ${text}`, () => {
    assert.is(describeType(unionOf(members)), text)
  })
}

for (const [from, to, fits] of [
  [literalOf('a'), STRING, true],
  [STRING, literalOf('a'), false],
  [literalOf('a'), unionOf([literalOf('a'), literalOf('b')]), true],
  [unionOf([STRING, NULL]), STRING, false],
  [STRING, unionOf([STRING, NULL]), true],
  [BOOLEAN, unionOf([literalOf(true), NULL]), false],
  [ANY, NUMBER, true],
  [NUMBER, ANY, true],
  [NEVER, NUMBER, true],
  [SECRET, STRING, true],
  [STRING, SECRET, false],
  [optionalOf(STRING), STRING, false],
  [listOf(literalOf(1)), listOf(NUMBER), true],
  [listOf(NUMBER), listOf(STRING), false],
  [listOfItems([]), listOf(STRING), true],
  [objectOf({ a: STRING }), objectOf({ a: STRING, 'b?': NUMBER }), true],
  [objectOf({ a: STRING }), objectOf({ a: STRING, b: NUMBER }), false],
  [objectOf({ 'a?': STRING }), objectOf({ a: STRING }), false],
  [objectOf({ a: STRING, b: STRING }), objectOf({ a: STRING }), false],
  [objectOf({ a: STRING, b: STRING }), objectOf({ a: STRING }, ANY), true],
  [objectOf({ a: STRING, b: STRING }), objectOf({ a: STRING }, NUMBER), false],
  [objectOf({}, ANY), objectOf({ a: STRING }), true],
] as [Type, Type, boolean][]) {
  test(`${describeType(from)} ${fits ? 'fits' : 'does not fit'} ${describeType(to)}`, () => {
    assert.is(isAssignable(from, to), fits)
  })
}

test('null alone compares with everything, a type with null in it as if it had none', () => {
  assert.ok(mayBeEqual(NULL, NUMBER))
  assert.not(mayBeEqual(unionOf([literalOf('a'), NULL]), literalOf('b')))
  assert.ok(mayBeEqual(unionOf([literalOf('a'), NULL]), NULL))
  assert.not(mayBeEqual(listOf(NUMBER), listOf(STRING)))
})

test('long types are shortened', () => {
  const letters = Array.from({ length: 30 }, (_, index) => literalOf(`v${index}`))
  assert.match(describeType(unionOf(letters)), /'v11' and 18 more$/)
  const wide = objectOf(Object.fromEntries(letters.map((_, index) => [`f${index}`, STRING])))
  assert.match(describeType(wide), /f7: string, … }$/)
  assert.is(describeType(literalOf("it's")), "'it\\'s'")
})

test.run()
