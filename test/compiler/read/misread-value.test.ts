import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { findMisread, type Wanted } from '../../../src/compiler/read/misread-value.ts'
import type { JsonValue } from '../../../src/core/json.ts'

const test = suite('misread values')

const misread = (written: string, wanted: Wanted) => {
  const value: JsonValue = parse(written)
  return findMisread({ written, value }, { wanted })
}

const OTHERS: readonly [written: string, read: string][] = [
  ['3.10', '3.1'],
  ['1.0', '1'],
  ['01234', '1234'],
  ['+49301234', '49301234'],
  ['0e12', '0'],
  ['1e3', '1000'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['0o17', '15'],
  ['0x1F', '31'],
  ['007', '7'],
]

for (const [written, read] of OTHERS)
  test(`${written} where text or any value is taken is read as ${read}`, () => {
    const found = misread(written, 'any')
    assert.is(found?.problem, `is written ${written} and read as ${read}`)
    assert.is(found?.hint, `write "${written}" for this text, or ${read} for the number`)
    assert.is(misread(written, 'text')?.hint, `quote it: "${written}"`)
  })

for (const written of ['3.10', '1.0', '+5', '0e12', '1e3', '.5', '5.', '0o17', '0x1F', '0.50'])
  test(`${written} where a number is expected is that number`, () => assert.is(misread(written, 'number'), undefined))

test('a leading zero is doubtful where a number is expected too: YAML 1.1 read octal digits', () => {
  assert.is(misread('010', 'number')?.hint, 'write 10, or 0o10 if it is octal')
  assert.is(misread('089', 'number')?.hint, 'write 89')
  assert.is(misread('-07', 'number')?.hint, 'write -7')
})

test('digits in groups are text, where a number may be meant', () => {
  assert.is(misread('1_000', 'any')?.hint, 'write 1000 for the number, or "1_000" for the text')
  assert.is(misread('+12_345_678.5', 'number')?.hint, 'write 12345678.5')
  for (const written of ['1_00', '2024_01', '0_000', '1_000_', 'a_000']) assert.is(misread(written, 'any'), undefined)
  assert.is(misread('1_000', 'text'), undefined)
})

for (const written of [
  '0',
  '5',
  '-5',
  '3.1',
  '1e22',
  '1e-7',
  '0.5',
  'true',
  'null',
  '2026-01-31',
  '"3.10"',
  "'01'",
  'a',
])
  test(`${written} is read as it is written`, () => {
    for (const wanted of ['number', 'text', 'any'] as const) assert.is(misread(written, wanted), undefined)
  })

test.run()
